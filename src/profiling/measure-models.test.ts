import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createSyntheticEngine, encoderOf } from "../engines/index.js";
import { kernelTypeOf } from "../kernels/index.js";
import { modelType, openStore } from "../measurements/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { fileSubject, measureModels } from "./measure-models.js";
import { protocol } from "./protocol.js";

const home = mkdtempSync(join(tmpdir(), "litepred-measure-"));
const engine = createSyntheticEngine();
const platform = parsePlatformId("box/cpu/synthetic@1/fp32");

test("whole models are measured, stored by their bytes, and an abort says so", async () => {
  const store = await openStore(home);
  const encode = encoderOf("onnx", "fp32");
  const models = [16, 32, 48].map((cout, i) => {
    const bytes = () => encode(kernelTypeOf("fc").graph!({ rows: 1, cin: 32, cout, bias: "yes", activation: "none" }));
    return { subject: fileSubject(`m${i}`, bytes), bytes };
  });
  const request = { store, engine, platform, models, protocol: protocol("standard") };
  const measured = await measureModels(request);
  assert.deepEqual(
    measured.map(({ subject }) => subject.kind === "model" && subject.name),
    ["m0", "m1", "m2"],
  );
  assert.ok(measured.every(({ outcome }) => outcome.status === "ok" && outcome.sessions === 3));
  assert.deepEqual(await measureModels(request), measured);
  assert.equal((await store.query({ type: modelType })).length, 3);
  const aborted = measureModels({ ...request, again: true, signal: AbortSignal.abort() });
  await assert.rejects(aborted, { name: "LitepredError", code: "interrupted" });
  await store.close();
  rmSync(home, { recursive: true, force: true });
});
