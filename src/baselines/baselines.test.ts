import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { createUserKernelType } from "../kernels/index.js";
import { flopsLinear } from "./flops.js";
import { logLinear } from "./log-linear.js";
import { medianRatio } from "./median-ratio.js";

const type = createUserKernelType("mbconv", ["hw", "cin"], { flops: "hw * hw * cin", params: "cin" });

function rows(count: number, seed: number) {
  const random = createRandom(seed);
  const configs = Array.from({ length: count }, () => ({ hw: 1 + random.integer(50), cin: 1 + random.integer(200) }));
  return { type, configs, sourcesMs: [Float64Array.from(configs, ({ hw, cin }) => 0.01 * hw ** 1.7 * cin ** 0.6)] };
}
const close = (actual: Float64Array, expected: readonly number[]) =>
  actual.forEach((ms, i) => {
    assert.ok(Math.abs(ms / expected[i]! - 1) < 1e-3, `${ms} beside ${expected[i]}`);
  });

test("log-linear recovers a power law of source and config", () => {
  const law = (r: ReturnType<typeof rows>) => r.configs.map(({ hw }, i) => 3 * r.sourcesMs[0]![i]! ** 0.8 * hw ** 0.3);
  const [train, fresh] = [rows(20, 1), rows(30, 2)];
  close(logLinear(train, law(train))(fresh), law(fresh));
});

test("median ratio recovers a constant factor, whatever one wild row says", () => {
  const [train, fresh] = [rows(9, 1), rows(10, 2)];
  const measured = Array.from(train.sourcesMs[0]!, (ms) => 2.5 * ms);
  measured[3]! *= 40;
  close(
    medianRatio(train, measured)(fresh),
    Array.from(fresh.sourcesMs[0]!, (ms) => 2.5 * ms),
  );
});

test("flops recovers a + b·FLOPs + c·parameters and needs no source", () => {
  const law = (configs: readonly { hw: number; cin: number }[]) =>
    configs.map(({ hw, cin }) => 0.5 + 1e-5 * hw * hw * cin + 1e-3 * cin);
  const [train, fresh] = [rows(20, 1), rows(30, 2)];
  close(flopsLinear({ ...train, sourcesMs: [] }, law(train.configs))({ ...fresh, sourcesMs: [] }), law(fresh.configs));
});

test("fewer rows than columns still give finite predictions", () => {
  const [train, fresh] = [rows(1, 1), rows(5, 2)];
  for (const baseline of [logLinear, medianRatio, flopsLinear])
    assert.ok(baseline(train, [1])(fresh).every((ms) => Number.isFinite(ms) && ms > 0));
});
