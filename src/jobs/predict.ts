/** Model files → predicted latency with interval, coverage and breakdown. */
import { didYouMean, LitepredError } from "../base/index.js";
import { detectKernels, type Kernel, ruledEngines } from "../kernels/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { openPool, type Pool } from "../pool/index.js";
import { loadPlatformPredictor, type ModelPrediction } from "../predictors/index.js";
import { onnxRuntime } from "../runtime/index.js";
import { assumptions, readModelFile, readModelInterface } from "./read-model.js";
import { resolvePlatformId, rulesOf } from "./workspace.js";

export interface PredictRequest {
  readonly home: string;
  readonly models: readonly string[];
  /** Platform id, or `all` for every platform of the pool. */
  readonly platform: string;
  /** `name=1x3x224x224`, as on the command line. */
  readonly inputs: readonly string[];
  /** Of .tflite files with several. */
  readonly signature?: string | undefined;
  /** Of the interval, above 0 and below 1. */
  readonly level: number;
  /** More folders of predictors. */
  readonly pools: readonly string[];
}

export interface ModelReport extends ModelPrediction {
  readonly model: string;
  readonly platform: string;
  /** What nobody stated, a line each: sizes of open axes, the signature. */
  readonly assumed: readonly string[];
}

/** In the order of the models, for each the platforms. @throws LitepredError for unreadable files and unknown platforms. */
export async function predictModels(request: PredictRequest): Promise<ModelReport[]> {
  if (!(request.level > 0 && request.level < 1))
    throw new LitepredError("bad-usage", `--level ${request.level} is not between 0 and 1`, "for example --level 0.9");
  const graphs = request.models.map((model) => ({
    model,
    graph: readModelFile(model, request.inputs, request.signature),
    assumed: assumptions(readModelInterface(model, request), request),
  }));
  const pool = openPool(request.home, request.pools);
  const ids =
    request.platform === "all" ? allPlatforms(pool) : [await resolvePlatformId(request.platform, request.home)];
  const reports: ModelReport[] = [];
  for (const id of ids) {
    // A handful of kernels is computed faster than the engine starts; many models are worth it.
    const backend = request.models.length > 20 ? onnxRuntime : undefined;
    const predictor = await loadPlatformPredictor(await loadArtefact(pool, id, request.home), backend);
    for (const { model, graph, assumed } of graphs)
      reports.push({ model, platform: id, assumed, ...(await predictor.predict(graph, request.level)) });
    await predictor.release();
  }
  const order = new Map(request.models.map((model, i) => [model, i]));
  return reports.sort((a, b) => order.get(a.model)! - order.get(b.model)!);
}

/** A platform without a predictor may be a slip of the pen: an engine or an option that there is not. */
async function loadArtefact(pool: Pool, id: string, home: string): Promise<ReturnType<Pool["load"]>> {
  try {
    return pool.load(id);
  } catch (error) {
    if (error instanceof LitepredError && error.code === "no-predictor") await checkWords(pool, id, home);
    throw error;
  }
}

/** @throws LitepredError naming the word of a platform id that nothing knows. */
async function checkWords(pool: Pool, id: string, home: string): Promise<void> {
  const asked = parsePlatformId(id);
  const { checkSettings, engineNames, loadEngine } = await import("../engines/index.js");
  const known = pool.list().entries.map(({ platform }) => parsePlatformId(platform).engine);
  const names = [...new Set([...engineNames, ...known])];
  if (!names.includes(asked.engine)) {
    const hint = `${didYouMean(asked.engine, names)}There are ${names.join(", ")}.`;
    throw new LitepredError("unknown-platform", `platform id "${id}": there is no engine "${asked.engine}"`, hint);
  }
  if (!engineNames.includes(asked.engine)) return;
  const { version } = asked;
  const engine = await loadEngine(asked.engine, { version, home });
  const described = await engine.describe().catch(() => undefined);
  if (described !== undefined) checkSettings(described, asked);
}

function allPlatforms(pool: Pool): string[] {
  const ids = pool.list().entries.map((entry) => entry.platform);
  if (ids.length === 0)
    throw new LitepredError("no-predictor", "the pool is empty", "run litepred profile and litepred train first");
  return ids;
}

export interface KernelReport {
  readonly model: string;
  readonly assumed: readonly string[];
  readonly kernels: readonly Kernel[];
  readonly unsupported: readonly { readonly node: string; readonly operator: string; readonly reason: string }[];
}

export interface KernelsRequest {
  readonly model: string;
  readonly engine: string;
  readonly inputs: readonly string[];
  readonly signature?: string | undefined;
}

/** @throws LitepredError `unknown-name` for an engine without rules. */
export function listKernels({ model, engine, inputs, signature }: KernelsRequest): KernelReport {
  checkEngine(engine);
  const graph = readModelFile(model, inputs, signature);
  const assumed = assumptions(readModelInterface(model, { inputs, signature }), { signature });
  return { model, assumed, ...detectKernels(graph, rulesOf(parsePlatformId(`local/cpu/${engine}/fp32`))) };
}

function checkEngine(engine: string): void {
  const names = ruledEngines();
  const name = engine.split("@")[0]!.toLowerCase();
  if (names.includes(name)) return;
  const hint = `${didYouMean(name, names)}There are rules for ${names.join(", ")}; generic stands for any other engine.`;
  throw new LitepredError("unknown-name", `there are no fusion rules for an engine "${engine}"`, hint);
}
