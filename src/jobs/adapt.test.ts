/** The whole road on an engine whose truth is known: sample, measure, adapt, distil, correct, save, predict; and the same from scratch. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fitAndSave, loadSources } from "../adapting/index.js";
import { createSyntheticEngine, type SyntheticDevice, syntheticDevice, syntheticLatencyMs } from "../engines/index.js";
import { openStore } from "../measurements/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor } from "../predictors/index.js";
import { profileKernels, protocols } from "../profiling/index.js";
import { buildExampleModel } from "../spaces/index.js";
import { adaptPlatform } from "./adapt.js";
import { importTables } from "./import.js";
import { startHere } from "./start.js";
import { trainPlatform } from "./train.js";

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
    exclude: ["f25m17", "f6m207", "int8", "tflite", "litert", "ncnn", "opencv", "web", "gpu"],
  });
  assert.equal(report.platform, id);
  assert.ok(report.measurementsUsed >= 150);
  assert.ok(report.distilLoss !== undefined && report.distilLoss < 0.1, `distilling costs ${report.distilLoss}`);
  assert.ok(report.comparison !== undefined && report.comparison.networks === 12);
  const errors = await errorsOf(home, ["mobilenet-v2", "resnet-18", "squeezenet-1.1"]);
  for (const error of errors) assert.ok(error < 0.15, `${errors}`);
});

test("from scratch: profile, train, predict kernels", async () => {
  const home = join(root, "train");
  const store = await openStore(home);
  const platform = {
    device: "box",
    processor: "cpu",
    engine: "synthetic",
    version: "1",
    precision: "fp32",
    options: {},
  } as const;
  const kernels = Array.from({ length: 60 }, (_, i) => ({
    type: "fc",
    config: { rows: 1, cin: 16 * (1 + (i % 10)), cout: 16 * (1 + Math.floor(i / 10)), bias: "yes", activation: "none" },
  }));
  await profileKernels({ store, engine, platform, kernels, protocol: protocols.brief });
  await store.close();
  const report = await trainPlatform({ home, platform: id, recipe: "compact", seed: 1 });
  assert.deepEqual(
    report.predictors.map(({ kernel }) => kernel),
    ["fc"],
  );
  assert.ok(report.predictors[0]!.within10 > 0.9, `${report.predictors[0]!.within10}`);
});

test("start runs on an engine that is handed in, too", async () => {
  const report = await startHere({
    home: join(root, "start"),
    platform: id,
    engine,
    minutes: 1,
    models: 10,
    examples: ["mobilenet-v3-small", "resnet-18"],
  });
  assert.equal(report.models.length, 2);
  for (const { model, error } of report.models) assert.ok(Math.abs(error) < 0.2, `${model} ${error}`);
});

test("imported kernel types of one's own train, predict, and are adapted from", async () => {
  const home = join(root, "own");
  const folder = join(root, "tables");
  mkdirSync(folder);
  const law = (hw: number, cin: number) => 0.01 + (hw * hw * cin) / 1e6;
  const rows = Array.from({ length: 120 }, (_, i) => [4 + (i % 12), 8 * (1 + Math.floor(i / 12))] as const);
  writeFileSync(
    join(folder, "myblock.csv"),
    `hw,cin,latency_ms\n${rows.map(([hw, cin]) => `${hw},${cin},${law(hw, cin)}`).join("\n")}\n`,
  );
  writeFileSync(join(folder, "kernels.json"), JSON.stringify({ myblock: { flops: "2 * hw * hw * cin" } }));
  const phone = "phone/cpu/tflite@2.7/fp32";
  await importTables({ folder, platform: phone, home });
  const report = await trainPlatform({ home, platform: phone, recipe: "compact", seed: 1 });
  assert.deepEqual(
    report.predictors.map(({ kernel }) => kernel),
    ["myblock"],
  );
  const predictor = await loadPlatformPredictor(openPool(home).load(phone));
  const block = { name: "b", type: "myblock", config: { hw: 9, cin: 50 }, flops: 1, params: 0, nodes: [] };
  const { latencyMs } = await predictor.predict({ kernels: [block] });
  assert.ok(Math.abs(latencyMs / law(9, 50) - 1) < 0.05, `${latencyMs} for ${law(9, 50)}`);
  await predictor.release();
  await adaptOther(home, rows, law);
});

/** Another phone, twice as fast, of which ten rows are known. */
async function adaptOther(
  home: string,
  rows: readonly (readonly [number, number])[],
  law: (hw: number, cin: number) => number,
) {
  const few = join(root, "few");
  mkdirSync(few);
  const ten = rows.filter((_, i) => i % 12 === 5);
  writeFileSync(
    join(few, "myblock.csv"),
    `hw,cin,latency_ms\n${ten.map(([hw, cin]) => `${hw},${cin},${law(hw, cin) / 2}`).join("\n")}\n`,
  );
  const other = "other/cpu/tflite@2.7/fp32";
  await importTables({ folder: few, platform: other, home });
  const store = await openStore(home);
  const all = await loadSources(other, { home, pools: [] });
  const sources = all.filter(({ platform }) => platform.startsWith("phone/"));
  const candidates = new Map([["myblock", rows.map(([hw, cin]) => ({ hw, cin }))]]);
  const fitted = await fitAndSave({
    home,
    store,
    platform: other,
    sources,
    candidates,
    recipe: "compact",
    seed: 1,
    how: "adapt/default",
  });
  await store.close();
  assert.deepEqual(fitted.adaptation?.kernels.get("myblock")?.donors, ["phone/cpu/tflite@2.7/fp32"]);
  const [ms] = await fitted.predictor.kernels.get("myblock")!.predict([{ hw: 9, cin: 50 }]);
  assert.ok(Math.abs(ms! / (law(9, 50) / 2) - 1) < 0.08, `${ms}`);
}
