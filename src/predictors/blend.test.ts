import assert from "node:assert/strict";
import { test } from "node:test";
import { blendKernelPredictors } from "./blend.js";
import { noCorrection, readArtefact, writeArtefact } from "./index.js";
import { loadKernelPredictor, trainKernelPredictor } from "./kernel-predictor.js";

const backend = { createSession: () => Promise.reject(new Error("no networks here")) };
const fc = (cin: number) => ({ rows: 1, cin, cout: 64, bias: "yes", activation: "none" });

/** Latencies proportional to the columns of the input. */
const fitted = (columns: readonly number[], msPerColumn: number) =>
  trainKernelPredictor(
    backend,
    { type: "fc", configs: columns.map(fc), latenciesMs: columns.map((cin) => cin * msPerColumn) },
    { recipe: "compact", seed: 1 },
  );

const small = Array.from({ length: 20 }, (_, i) => 16 * (i + 1));
const large = small.map((cin) => 8 * cin);

test("a weighted geometric mean of both; where only one has measured, that one alone", async () => {
  const [first, second] = [await fitted(small, 0.001), await fitted(large, 0.004)];
  const both = blendKernelPredictors(first, [second]);
  const configs = [fc(200), fc(32), fc(2400)];
  const [a, b] = [await first.predict(configs), await second.predict(configs)];
  const found = await both.predict(configs);
  assert.ok(Math.abs(found[0]! / Math.cbrt(a[0]! ** 2 * b[0]!) - 1) < 1e-9);
  assert.equal(found[1], a[1]);
  assert.equal(found[2], b[2]);
  assert.equal(both.outOfRange(fc(32)), undefined);
  assert.ok(both.outOfRange(fc(100_000)));
  assert.equal(both.samples, 40);
});

test("of three the first counts twice as much as both others", async () => {
  const parts = [await fitted(small, 0.001), await fitted(small, 0.004), await fitted(small, 0.016)];
  const found = await blendKernelPredictors(parts[0]!, parts.slice(1)).predict([fc(200)]);
  const logs = await Promise.all(parts.map(async (part) => Math.log((await part.predict([fc(200)]))[0]!)));
  assert.ok(Math.abs(Math.log(found[0]!) - ((2 * logs[0]!) / 3 + logs[1]! / 6 + logs[2]! / 6)) < 1e-9);
});

test("an artefact keeps both parts", async () => {
  const both = blendKernelPredictors(await fitted(small, 0.001), [await fitted(large, 0.004)]);
  const bytes = writeArtefact({
    platform: "box/cpu/engine@1/fp32",
    nchwcBlock: 8,
    provenance: {
      device: "",
      engineVersion: "1",
      protocols: [],
      samples: 40,
      date: "",
      method: "adapt/default",
      litepred: "0",
    },
    kernels: [both.toState()],
    correction: noCorrection,
    general: [0, 0, 0, 0],
    callMs: 0,
  });
  const read = await loadKernelPredictor(readArtefact(bytes).kernels[0]!);
  const configs = [16, 200, 1000, 2400].map(fc);
  const [before, after] = [await both.predict(configs), await read.predict(configs)];
  before.forEach((latency, i) => {
    assert.ok(Math.abs(after[i]! / latency - 1) < 1e-6);
  });
  assert.equal(read.samples, 40);
});
