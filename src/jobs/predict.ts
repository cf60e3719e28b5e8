/** Model files → predicted latency with interval, coverage and breakdown. */
import { LitepredError } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { detectKernels, type Kernel } from "../kernels/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor, type ModelPrediction } from "../predictors/index.js";
import { onnxRuntime } from "../runtime/index.js";
import { readModelFile, resolvePlatformId, rulesOf } from "./workspace.js";

export interface PredictRequest {
  readonly home: string;
  readonly models: readonly string[];
  /** Platform id, or `all` for every platform of the pool. */
  readonly platform: string;
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

/** In the order of the models, for each the platforms. @throws LitepredError for unreadable files and unknown platforms. */
export async function predictModels(request: PredictRequest): Promise<ModelReport[]> {
  checkLevel(request.level);
  const graphs = request.models.map((model) => ({ model, graph: readModelFile(model, request.inputs) }));
  return predictGraphs(request, graphs);
}

function checkLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new LitepredError("bad-usage", `--level ${level} is not between 0 and 1`, "for example --level 0.9");
}

/** The same for models that are read. */
export async function predictGraphs(
  request: Pick<PredictRequest, "home" | "platform" | "level" | "pools">,
  graphs: readonly NamedGraph[],
): Promise<ModelReport[]> {
  checkLevel(request.level);
  const pool = openPool(request.home, request.pools);
  const ids =
    request.platform === "all" ? allPlatforms(pool) : [await resolvePlatformId(request.platform, request.home)];
  const reports: ModelReport[] = [];
  for (const id of ids) {
    // A handful of kernels is computed faster than the engine starts; many models are worth it.
    const backend = graphs.length > 20 ? onnxRuntime : undefined;
    const predictor = await loadPlatformPredictor(pool.load(id), backend);
    for (const { model, graph } of graphs)
      reports.push({ model, platform: id, ...(await predictor.predict(graph, request.level)) });
    await predictor.release();
  }
  const order = new Map(graphs.map(({ model }, i) => [model, i]));
  return reports.sort((a, b) => order.get(a.model)! - order.get(b.model)!);
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
