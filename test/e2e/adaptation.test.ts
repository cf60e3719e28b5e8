/**
 * The whole road on engines whose truth is a formula: a platform is sampled, measured and trained; another one is adapted from it with
 * few measurements, saved, loaded, and predicts model files.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { relativeError } from "../../src/base/index.js";
import {
  createSyntheticEngine,
  type SyntheticDevice,
  syntheticDevice,
  syntheticLatencyMs,
} from "../../src/engines/index.js";
import type { Graph } from "../../src/graph/index.js";
import { adaptPlatform } from "../../src/jobs/adapt.js";
import { predictModels } from "../../src/jobs/predict.js";
import { startHere } from "../../src/jobs/start.js";
import { trainPlatform } from "../../src/jobs/train.js";
import { openStore } from "../../src/measurements/index.js";
import { parsePlatformId } from "../../src/platforms/index.js";
import { openPool } from "../../src/pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../../src/predictors/index.js";
import { profileKernels, protocols } from "../../src/profiling/index.js";
import { spaceCandidates } from "../../src/sampling/index.js";
import { buildExampleModel } from "../../src/spaces/index.js";
import { rulesOf } from "../../src/workspace/index.js";
import { writeOnnx } from "../../src/writers/index.js";

const root = mkdtempSync(join(tmpdir(), "litepred-e2e-"));
after(() => rmSync(root, { recursive: true, force: true }));
const home = (name: string) => join(root, name);

const near: SyntheticDevice = { ...syntheticDevice, noise: 0.01 };
/** Slower in arithmetic than in memory, with narrower vectors and a call that costs something. */
const far: SyntheticDevice = { ...near, flopsPerMs: 15e6, bytesPerMs: 8e6, vector: 8, callMs: 0.03, seed: 1 };
const nearId = "near/cpu/synthetic@1/fp32";
const farId = "far/cpu/synthetic@1/fp32";
const spaces = ["mobilenetv2", "squeezenet"];
/** The pool that ships is about real machines: these alone are sources here. */
const exclude = ["epyc", "xeon"];
const models = ["mobilenet-v2", "squeezenet-1.1"];

const truthMs = (graph: Graph, predictor: PlatformPredictor, device: SyntheticDevice) =>
  predictor
    .detect(graph)
    .kernels.reduce((total, { type, config }) => total + syntheticLatencyMs(type, config, device), device.callMs);

async function errorsOf(place: string, id: string, device: SyntheticDevice): Promise<number[]> {
  const predictor = await loadPlatformPredictor(openPool(home(place)).load(id));
  const graphs = models.map(buildExampleModel);
  const predicted = await predictor.predictAll(graphs);
  return predicted.map(({ latencyMs }, i) => relativeError(latencyMs, truthMs(graphs[i]!, predictor, device)));
}

test("sample, measure, train: what is predicted is the formula within 5 %", async () => {
  const platform = parsePlatformId(nearId);
  const candidates = await spaceCandidates({ rules: rulesOf(platform), count: 240, seed: 1, spaces, perSpace: 10 });
  const kernels = [...candidates].flatMap(([type, configs]) =>
    configs.slice(0, 60).map((config) => ({ type, config })),
  );
  const store = await openStore(home("near"));
  const engine = createSyntheticEngine(near);
  const { failed } = await profileKernels({ store, engine, platform, kernels, protocol: protocols.brief });
  await store.close();
  assert.equal(failed, 0);
  const report = await trainPlatform({ home: home("near"), platform: nearId, recipe: "compact", seed: 1 });
  assert.ok(report.predictors.some(({ kernel, within10 }) => kernel === "conv-bn-relu" && within10 > 0.8));
  for (const error of await errorsOf("near", nearId, near)) assert.ok(error < 0.05, `${error}`);
});

test("adapt, distil, correct, save, predict: another device within 10 % from 60 kernels and 8 networks", async () => {
  const report = await adaptPlatform({
    home: home("far"),
    platform: farId,
    engine: createSyntheticEngine(far),
    pools: [join(home("near"), "pool")],
    budget: 60,
    models: 8,
    method: "default",
    protocol: "brief",
    spaces,
    exclude,
    seed: 1,
  });
  assert.equal(report.platform, farId);
  assert.deepEqual(report.donors["conv-bn-relu"], [nearId]);
  assert.equal(report.models.n, 8);
  assert.ok(report.distilLoss! < 0.05, `${report.distilLoss}`);
  for (const error of await errorsOf("far", farId, far)) assert.ok(error < 0.1, `${error}`);
  const file = join(root, "model.onnx");
  writeFileSync(file, writeOnnx(buildExampleModel(models[0]!), { seed: 1 }));
  const [fromFile] = await predictModels({
    home: home("far"),
    models: [file],
    platform: farId,
    inputs: [],
    level: 0.9,
    pools: [],
  });
  const predictor = await loadPlatformPredictor(openPool(home("far")).load(farId));
  const fromGraph = await predictor.predict(buildExampleModel(models[0]!));
  assert.ok(relativeError(fromFile!.latencyMs, fromGraph.latencyMs) < 1e-9);
  assert.equal(fromFile!.coverage.kernels, 1);
});

test("start: adapted, predicted, measured and compared in one go", async () => {
  const report = await startHere({
    home: home("start"),
    platform: farId,
    engine: createSyntheticEngine(far),
    pools: [join(home("near"), "pool")],
    spaces,
    exclude,
    minutes: 1,
    models: 8,
    examples: models,
  });
  assert.deepEqual(
    report.models.map(({ model }) => model),
    models,
  );
  assert.equal(report.within10, 1);
  assert.ok(report.noise < 0.05, `${report.noise}`);
});
