/** The pool that ships, adapted to an engine whose truth is known; test/e2e has the whole road. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSyntheticEngine, type SyntheticDevice, syntheticDevice, syntheticLatencyMs } from "../engines/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor } from "../predictors/index.js";
import { buildExampleModel } from "../spaces/index.js";
import { adaptPlatform } from "./adapt.js";

const root = mkdtempSync(join(tmpdir(), "litepred-adapt-"));
after(() => rmSync(root, { recursive: true, force: true }));

const id = "box/cpu/synthetic@1/fp32";
const device: SyntheticDevice = { ...syntheticDevice, noise: 0.01 };
const engine = createSyntheticEngine(device);

/** The engine's own formula, over the kernels that the predictor's platform runs. */
async function errorsOf(home: string, models: readonly string[]): Promise<number[]> {
  const predictor = await loadPlatformPredictor(openPool(home).load(id));
  const errors: number[] = [];
  for (const name of models) {
    const graph = buildExampleModel(name);
    const truth = predictor
      .detect(graph)
      .kernels.reduce((sum, k) => sum + syntheticLatencyMs(k.type, k.config, device), 0);
    errors.push(Math.abs((await predictor.predict(graph)).latencyMs / truth - 1));
  }
  await predictor.release();
  return errors;
}

test("an engine that is handed in is adapted to, and predictions are near its formula", async () => {
  const home = join(root, "adapt");
  const report = await adaptPlatform({
    home,
    platform: id,
    engine,
    pools: [],
    budget: 150,
    method: "default",
    models: 12,
    protocol: "brief",
    seed: 1,
    exclude: ["int8", "tflite", "litert", "ncnn", "opencv", "web", "gpu"],
  });
  assert.equal(report.platform, id);
  assert.ok(report.measurementsUsed >= 150);
  assert.ok(report.distilLoss !== undefined && report.distilLoss < 0.1, `distilling costs ${report.distilLoss}`);
  assert.ok(report.comparison !== undefined && report.comparison.networks === 12);
  const errors = await errorsOf(home, ["mobilenet-v2", "resnet-18", "squeezenet-1.1"]);
  for (const error of errors) assert.ok(error < 0.15, `${errors}`);
});
