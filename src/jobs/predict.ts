/** Model files → predicted latency with interval, coverage and breakdown. */
import { LitepredError } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { detectKernels, type Kernel } from "../kernels/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor, type ModelPrediction, type PlatformPredictor } from "../predictors/index.js";
import { onnxRuntime } from "../runtime/index.js";
import { type BadFile, badFileOf, isBad } from "./bad-files.js";
import { readModelFile, resolvePlatformId, rulesOf } from "./workspace.js";

export interface PredictRequest {
  readonly home: string;
  readonly models: readonly string[];
  /** Platform ids; `all` stands for every platform of the pool. */
  readonly platform: string | readonly string[];
  /** `name=1x3x224x224`, as on the command line. */
  readonly inputs: readonly string[];
  /** Of the interval, above 0 and below 1. */
  readonly level: number;
  /** More folders of predictors. */
  readonly pools: readonly string[];
}

export interface ModelReport extends ModelPrediction {
  readonly model: string;
  readonly platform: string;
}

/** A model as read, and what it is called in reports. */
export interface NamedGraph {
  readonly model: string;
  readonly graph: Graph;
}

type Asked = Pick<PredictRequest, "home" | "platform" | "level" | "pools">;

/** In the order of the models, for each the platforms. @throws LitepredError for the first unreadable file, and for unknown platforms. */
export function predictModels(request: PredictRequest): Promise<ModelReport[]> {
  checkLevel(request.level);
  return predictGraphs(
    request,
    request.models.map((model) => ({ model, graph: readModelFile(model, request.inputs) })),
  );
}

/** The same for models that are read. */
export async function predictGraphs(request: Asked, graphs: readonly NamedGraph[]): Promise<ModelReport[]> {
  const reports = await askEach(request, graphs, predictOne(request.level));
  return reports.filter((report): report is ModelReport => !isBad(report));
}

/** The same, with a row for each file that cannot be read. @throws LitepredError for unknown platforms */
export function predictFiles(request: PredictRequest): Promise<(ModelReport | BadFile)[]> {
  return askEach(request, readFiles(request), predictOne(request.level));
}

const predictOne =
  (level: number) =>
  async ({ predictor, graph, model, platform }: Subject): Promise<ModelReport> => ({
    model,
    platform,
    ...(await predictor.predict(graph, level)),
  });

/** The models of a request, each read or a reason why not. */
export const readFiles = ({ models, inputs }: Pick<PredictRequest, "models" | "inputs">): (NamedGraph | BadFile)[] =>
  models.map((model) => badFileOf(model, () => ({ model, graph: readModelFile(model, inputs) })));

/** A model and a platform that predicts it. */
export interface Subject extends NamedGraph {
  readonly platform: string;
  readonly predictor: PlatformPredictor;
}

/** Asks each platform about each model, in the order of the models, for each the platforms. A file that cannot be read is one row. */
export async function askEach<T>(
  request: Asked,
  graphs: readonly (NamedGraph | BadFile)[],
  ask: (subject: Subject) => Promise<T>,
): Promise<(T | BadFile)[]> {
  checkLevel(request.level);
  const pool = openPool(request.home, request.pools);
  const rows: (T | BadFile)[][] = graphs.map((graph) => (isBad(graph) ? [graph] : []));
  // A handful of kernels is computed faster than the engine starts; many models are worth it.
  const backend = graphs.length > 20 ? onnxRuntime : undefined;
  for (const platform of await platformsOf(request, pool)) {
    const predictor = await loadPlatformPredictor(pool.load(platform), backend);
    for (const [i, graph] of graphs.entries())
      if (!isBad(graph)) rows[i]!.push(await ask({ ...graph, platform, predictor }));
    await predictor.release();
  }
  return rows.flat();
}

function checkLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new LitepredError("bad-usage", `--level ${level} is not between 0 and 1`, "for example --level 0.9");
}

/** Full ids, each once. */
async function platformsOf(request: Asked, pool: ReturnType<typeof openPool>): Promise<string[]> {
  const asked = [request.platform].flat();
  const ids = await Promise.all(
    asked.map(async (id) => (id === "all" ? allPlatforms(pool) : [await resolvePlatformId(id, request.home)])),
  );
  return [...new Set(ids.flat())];
}

function allPlatforms(pool: ReturnType<typeof openPool>): string[] {
  const ids = pool.list().entries.map((entry) => entry.platform);
  if (ids.length === 0)
    throw new LitepredError("no-predictor", "the pool is empty", "run litepred profile and litepred train first");
  return ids;
}

export interface KernelReport {
  readonly model: string;
  readonly kernels: readonly Kernel[];
  readonly unsupported: readonly { readonly node: string; readonly operator: string; readonly reason: string }[];
}

export function listKernels(request: { model: string; engine: string; inputs: readonly string[] }): KernelReport {
  return kernelsOf({ model: request.model, graph: readModelFile(request.model, request.inputs) }, request.engine);
}

export function kernelsOf({ model, graph }: NamedGraph, engine: string): KernelReport {
  const platform = parsePlatformId(`local/cpu/${engine}/fp32`);
  return { model, ...detectKernels(graph, rulesOf(platform)) };
}
