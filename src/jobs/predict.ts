/** Model files → predicted latency with interval, coverage and breakdown. */
import { type BadFile, didYouMean, isBad, LitepredError } from "../base/index.js";
import { detectKernels, type Kernel, ruledEngines } from "../kernels/index.js";
import { parsePlatformId } from "../platforms/index.js";
import type { ModelPrediction } from "../predictors/index.js";
import {
  type Asked,
  askEach,
  checkLevel,
  type ModelUse,
  type NamedGraph,
  namedGraph,
  type PredictRequest,
  readFiles,
  rulesOf,
  type Subject,
} from "../workspace/index.js";

export interface ModelReport extends ModelPrediction {
  readonly model: string;
  readonly platform: string;
  /** What nobody stated, a line each: sizes of open axes, the signature. */
  readonly assumed?: readonly string[] | undefined;
}

/** In the order of the models, for each the platforms. @throws LitepredError for the first unreadable file, and for unknown platforms. */
export function predictModels(request: PredictRequest): Promise<ModelReport[]> {
  checkLevel(request.level);
  return predictGraphs(
    request,
    request.models.map((model) => namedGraph(model, request)),
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
  async ({ predictor, graph, model, platform, assumed }: Subject): Promise<ModelReport> => ({
    model,
    platform,
    assumed,
    ...(await predictor.predict(graph, level)),
  });

export interface KernelReport {
  readonly model: string;
  readonly assumed?: readonly string[] | undefined;
  readonly kernels: readonly Kernel[];
  readonly unsupported: readonly { readonly node: string; readonly operator: string; readonly reason: string }[];
}

/** @throws LitepredError `unknown-name` for an engine without rules. */
export function listKernels({ model, engine, ...use }: ModelUse & { model: string; engine: string }): KernelReport {
  return kernelsOf(namedGraph(model, use), engine);
}

export function kernelsOf({ model, graph, assumed = [] }: NamedGraph, engine: string): KernelReport {
  checkEngine(engine);
  const platform = parsePlatformId(`local/cpu/${engine}/fp32`);
  return { model, assumed, ...detectKernels(graph, rulesOf(platform)) };
}

function checkEngine(engine: string): void {
  const names = ruledEngines();
  const name = engine.split("@")[0]!.toLowerCase();
  if (names.includes(name)) return;
  const hint = `${didYouMean(name, names)}There are rules for ${names.join(", ")}; generic stands for any other engine.`;
  throw new LitepredError("unknown-name", `there are no fusion rules for an engine "${engine}"`, hint);
}
