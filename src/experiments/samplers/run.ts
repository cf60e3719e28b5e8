/**
 * `litepred evaluate samplers`: at the same number of measurements, how good are predictors trained on the kernels of each
 * sampler? Kernels are drawn, measured, and learned from; each step keeps what it made, so that the same call goes on.
 *
 * One pool of 1.5 × N kernels of each sampler is measured, and each seed trains on N of them drawn at random: seeds share
 * measurements, so their spread tells less than three independent runs would. The measurements have a store of their own:
 * all under one protocol, and no test kernel finds its way into the base predictors that other evaluations test.
 */
import { basename, join } from "node:path";
import type { ComputeBackend } from "../../base/index.js";
import type { LocalPlatform } from "../../engines/index.js";
import { configKey, type FusionRules } from "../../kernels/index.js";
import { openStore } from "../../measurements/index.js";
import { protocol as protocolNamed } from "../../profiling/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { openLocalPlatform, readModelFile, rulesOf } from "../../workspace/index.js";
import { keptFile, keptRuns, keptValue } from "../kept-runs.js";
import { type DrawnType, drawSamplerKernels } from "./draw.js";
import { type KeptRun, learn } from "./learn.js";
import { type MeasuredType, measureSamplerType } from "./measure.js";
import { adaptiveSampler, planSamplers, type SamplersOptions, type SamplersPlan } from "./plan.js";
import { type PlatformResult, reportOf, type SamplersReport } from "./report.js";

export interface EvaluateSamplersRequest extends SamplersOptions {
  readonly home: string;
  readonly platforms: readonly string[];
  /** Model files; their kernels are tested on. */
  readonly models?: readonly string[] | undefined;
  readonly protocol: string;
  /** Longest time to measure the samplers' kernels of a platform; default: until all are measured. */
  readonly minutes?: number | undefined;
  /** Stop after drawing, or after measuring. */
  readonly until?: "drawn" | "measured" | undefined;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
  onNote?(line: string): void;
}

/** Of drawing: all seeds train on subsets of one pool. */
const drawSeed = 1;
/** Kernels that common engines measure in a second, for the estimate alone. */
const usualRate = [10, 40] as const;

export async function evaluateSamplers(request: EvaluateSamplersRequest): Promise<SamplersReport> {
  planSamplers(request);
  const results: PlatformResult[] = [];
  for (const id of request.platforms) {
    const local = await openLocalPlatform(id, request.home);
    const result = await compareSamplersOn({ ...request, local, rules: rulesOf(local.platform) });
    if (result !== undefined) results.push(result);
  }
  return reportOf(request.count, results);
}

export interface CompareRequest extends Omit<EvaluateSamplersRequest, "platforms"> {
  readonly local: LocalPlatform;
  readonly rules: FusionRules;
  readonly backend?: ComputeBackend | undefined;
  /** Default: all spaces. */
  readonly spaces?: readonly string[] | undefined;
  readonly architecturesPerSpace?: number | undefined;
}

/** Undefined where it was told to stop before there is anything to compare. @throws LitepredError for a bad plan */
export async function compareSamplersOn(request: CompareRequest): Promise<PlatformResult | undefined> {
  const { local, home, signal, until, backend = onnxRuntime } = request;
  const plan = planSamplers(request);
  const drawn = await drawOnce(request, plan);
  if (until === "drawn") return undefined;
  announce(request, drawn, plan);
  const measured = await measureAll(request, plan, drawn);
  if (until === "measured") return undefined;
  const kept = keptRuns<KeptRun>(join(folderOf(home), `runs-${local.id.replace(/[^\w.@-]+/g, "_")}.json`));
  const callbacks = {
    onStage: request.onStage?.bind(request),
    onProgress: request.onProgress?.bind(request),
    onNote: request.onNote?.bind(request),
  };
  const { runs, ceilings } = await learn(
    { platform: local.id, plan, backend, kept, signal, ...callbacks },
    drawn,
    measured,
  );
  const tested = Object.fromEntries(runs.map(({ type, score }) => [type, score.n]));
  return { platform: local.id, types: measured, tested, runs, ceilings };
}

const folderOf = (home: string) => join(home, "experiments", "samplers");

/** As kept, where the same was drawn before. */
function drawOnce(request: CompareRequest, { types, samplers, poolSize, test }: SamplersPlan): Promise<DrawnType[]> {
  const { home, rules, spaces, architecturesPerSpace, signal, models = [] } = request;
  const wanted = { types, samplers, poolSize, testSize: test, seed: drawSeed, rules, spaces, architecturesPerSpace };
  const names = models.map((file) => basename(file));
  return keptValue(keptFile(home, "samplers", { ...wanted, names }, "drawn-"), () =>
    drawSamplerKernels({
      ...wanted,
      models: models.map((file, i) => ({ name: names[i]!, graph: () => readModelFile(file) })),
      signal,
      onStage: request.onStage?.bind(request),
      onProgress: request.onProgress?.bind(request),
    }),
  );
}

async function measureAll(
  request: CompareRequest,
  plan: SamplersPlan,
  drawn: readonly DrawnType[],
): Promise<MeasuredType[]> {
  const { local, home, signal, minutes = 0, backend = onnxRuntime } = request;
  const [first, second] = await Promise.all(["first", "second"].map((name) => openStore(join(folderOf(home), name))));
  const measured: MeasuredType[] = [];
  try {
    for (const [i, ofType] of drawn.entries()) {
      const total = 2 * ofType.test.length + plan.poolSize * plan.samplers.length;
      request.onStage?.(`measuring ${ofType.type} on ${local.id}`, total);
      const milliseconds = Math.ceil((60_000 * minutes) / drawn.length);
      const deadline = milliseconds > 0 ? AbortSignal.timeout(milliseconds) : undefined;
      const stores = { first: first!, second: second! };
      const protocol = protocolNamed(request.protocol);
      const onProgress = request.onProgress?.bind(request);
      const how = { local, plan, protocol, backend, seed: drawSeed + i, deadline, signal, onProgress };
      measured.push(await measureSamplerType({ ...stores, ...how }, ofType));
    }
  } finally {
    await first!.close();
    await second!.close();
  }
  return measured;
}

function announce({ local, onNote, minutes }: CompareRequest, drawn: readonly DrawnType[], plan: SamplersPlan): void {
  const distinct = drawn.map(({ type, pools, test }) => {
    const keys = new Set(Object.values(pools).flatMap(({ configs }) => configs.map((c) => configKey(type, c))));
    return keys.size + (plan.samplers.includes(adaptiveSampler) ? plan.poolSize : 0) + 2 * test.length;
  });
  const total = distinct.reduce((sum, n) => sum + n, 0);
  const [slow, fast] = usualRate.map((rate) => (total / rate / 60).toFixed(1));
  const limit = minutes ? `; the samplers' kernels get ${minutes} minutes` : "";
  onNote?.(`${local.id}: up to ${total} measurements, ${fast} to ${slow} minutes at 40 to 10 a second${limit}`);
}
