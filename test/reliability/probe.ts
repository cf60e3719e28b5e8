/**
 * One file through reader, detector and predictor, as a hostile file would go through them: what comes out is lawful, or it is refused
 * by a typed error. Anything else throws.
 */
import assert from "node:assert/strict";
import { LitepredError, packagePath } from "../../src/base/index.js";
import { detectKernels, fusionRules } from "../../src/kernels/index.js";
import { openPool } from "../../src/pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../../src/predictors/index.js";
import { formatOf, readInterface, readModel } from "../../src/readers/index.js";
import { settleModel } from "../../src/writers/index.js";
import { checkGraphLaws } from "../contracts/graph-laws.js";

export type Predictors = Readonly<Record<string, PlatformPredictor>>;

/** One predictor of the package's pool for each format. */
export async function loadPredictors(): Promise<Predictors> {
  const pool = openPool(packagePath("no-home"));
  const ids = pool.list().entries.map(({ platform }) => platform);
  const load = (word: RegExp) => loadPlatformPredictor(pool.load(ids.find((id) => word.test(id))!));
  return { onnx: await load(/onnxruntime-node@1\.30.*fp32$/), tflite: await load(/litert.*fp32$/) };
}

/** `ok` with the kernel types, or the typed refusal; names and numbers taken out. @throws whatever else went wrong */
export async function probe(bytes: Uint8Array, predictors: Predictors): Promise<string> {
  try {
    return await readAndPredict(bytes, predictors);
  } catch (error) {
    if (error instanceof LitepredError) return `${error.code}: ${withoutNames(error.message)}`;
    throw error;
  }
}

async function readAndPredict(bytes: Uint8Array, predictors: Predictors): Promise<string> {
  const { inputs } = readInterface(bytes, { name: "m" });
  const graph = readModel(bytes, { name: "m", externalData: outside });
  checkGraphLaws(graph);
  for (const engine of ["onnxruntime", "tflite", "openvino", "generic"]) detectKernels(graph, fusionRules(engine));
  const format = formatOf(bytes)!;
  const prediction = await predictors[format]!.predict(graph);
  const { latencyMs, interval } = prediction;
  assert.ok(latencyMs >= 0 && Number.isFinite(latencyMs), `${latencyMs} ms`);
  assert.ok(interval.lowMs <= latencyMs && latencyMs <= interval.highMs, `outside of its interval: ${latencyMs}`);
  const shapes = Object.fromEntries(inputs.map(({ name, shape }) => [name, shape]));
  const settled = settleModel(format, bytes, { shapes, externalData: outside });
  assert.deepEqual(
    readInterface(settled, { name: "m" }).inputs.map(({ shape }) => shape),
    inputs.map(({ shape }) => shape),
  );
  return `ok: ${[...new Set(prediction.kernels.map(({ type }) => type))].sort().join(" ")}`;
}

/** Weights beside the model: a file of a kilobyte. */
const outside = (_location: string, _offset: number, length: number | undefined) =>
  new Uint8Array(Math.min(length ?? 1024, 1024));

const withoutNames = (message: string): string =>
  message
    .replace(/"[^"]*"/g, '""')
    .replace(/\[[^\]]*\]/g, "[]")
    .replace(/-?\d+(\.\d+)?(e[+-]?\d+)?/g, "0")
    .slice(0, 120);
