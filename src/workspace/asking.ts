/** Many models asked of many platforms: files read once, each predictor opened once. */
import { type BadFile, badFileOf, didYouMean, isBad, LitepredError } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { openPool, type Pool } from "../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../predictors/index.js";
import { onnxRuntime } from "../runtime/index.js";
import { resolvePlatformId } from "./platform.js";
import { assumptions, type ModelUse, readModelFile, readModelInterface } from "./read-model.js";

export interface PredictRequest {
  readonly home: string;
  readonly models: readonly string[];
  /** Platform ids; `all` stands for every platform of the pool. */
  readonly platform: string | readonly string[];
  /** `name=1x3x224x224`, as on the command line. */
  readonly inputs: readonly string[];
  /** Of .tflite files with several. */
  readonly signature?: string | undefined;
  /** Of the interval, above 0 and below 1. */
  readonly level: number;
  /** More folders of predictors. */
  readonly pools: readonly string[];
}

/** A model as read, and what it is called in reports. */
export interface NamedGraph {
  readonly model: string;
  readonly graph: Graph;
  /** What nobody stated of a file, a line each. */
  readonly assumed?: readonly string[] | undefined;
}

/** @throws LitepredError naming the file. */
export function namedGraph(model: string, use: ModelUse): NamedGraph {
  const graph = readModelFile(model, use.inputs, use.signature);
  return { model, graph, assumed: assumptions(readModelInterface(model, use), use) };
}

export type Asked = Pick<PredictRequest, "home" | "platform" | "level" | "pools">;

/** The models of a request, each read or a reason why not. */
export const readFiles = ({
  models,
  ...use
}: Pick<PredictRequest, "models" | "inputs" | "signature">): (NamedGraph | BadFile)[] =>
  models.map((model) => badFileOf(model, () => namedGraph(model, use)));

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
    const predictor = await loadPlatformPredictor(await loadArtefact(pool, platform, request.home), backend);
    for (const [i, graph] of graphs.entries())
      if (!isBad(graph)) rows[i]!.push(await ask({ ...graph, platform, predictor }));
    await predictor.release();
  }
  return rows.flat();
}

export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new LitepredError("bad-usage", `--level ${level} is not between 0 and 1`, "for example --level 0.9");
}

/** Full ids, each once. */
async function platformsOf(request: Asked, pool: Pool): Promise<string[]> {
  const asked = [request.platform].flat();
  const ids = await Promise.all(
    asked.map(async (id) => (id === "all" ? allPlatforms(pool) : [await resolvePlatformId(id, request.home)])),
  );
  return [...new Set(ids.flat())];
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
  const engine = await loadEngine(asked.engine, { version: asked.version, home });
  const described = await engine.describe().catch(() => undefined);
  if (described !== undefined) checkSettings(described, asked);
}

function allPlatforms(pool: Pool): string[] {
  const ids = pool.list().entries.map((entry) => entry.platform);
  if (ids.length === 0)
    throw new LitepredError("no-predictor", "the pool is empty", "run litepred profile and litepred train first");
  return ids;
}
