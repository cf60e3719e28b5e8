/**
 * `litepred evaluate samplers`: at the same number of measurements, how good are predictors trained on the kernels of each
 * sampler? Kernels are drawn, measured, and learned from; each step keeps what it made, so that the same call goes on.
 *
 * One pool of 1.5 × N kernels of each sampler is measured, and each seed trains on N of them drawn at random: seeds share
 * measurements, so their spread tells less than three independent runs would. The measurements have a store of their own:
 * all under one protocol, and no test kernel finds its way into the base predictors that other evaluations test.
 */
import { basename, join } from "node:path";
import { type ComputeBackend, createRandom, LitepredError, readKept, saveWhole } from "../../base/index.js";
import type { LocalPlatform } from "../../jobs/local-platform.js";
import { openLocalPlatform, readModelFile, rulesOf } from "../../jobs/workspace.js";
import { configKey, type FusionRules } from "../../kernels/index.js";
import { openStore } from "../../measurements/index.js";
import { type RecipeName, recipes, trainKernelPredictor } from "../../predictors/index.js";
import { protocol as protocolNamed } from "../../profiling/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { samplerNames } from "../../sampling/index.js";
import { adaptiveSampler, type DrawnType, keptSamplerKernels } from "./draw.js";
import {
  type SamplerCeiling,
  type SamplerCell,
  type SamplerRun,
  scoreSampler,
  summariseSamplerRuns,
} from "./experiment.js";
import { type MeasuredType, meanLatencyMs, measureSamplerType } from "./measure.js";
import { renderSamplerTables } from "./table.js";

export const comparedSamplers: readonly string[] = ["vae-ordinal", "vae", "adaptive", "prior", "marginals", "random"];
export const comparedTypes: readonly string[] = ["conv-bn-relu", "dwconv-bn-relu"];
/** Ours. */
export const championSampler = "vae-ordinal";

export interface EvaluateSamplersRequest {
  readonly home: string;
  readonly platforms: readonly string[];
  /** Measurements that each predictor is trained on. */
  readonly count: number;
  readonly seeds: number;
  /** Test kernels of each type, at most. */
  readonly test: number;
  readonly types?: readonly string[];
  readonly samplers?: readonly string[];
  readonly recipes?: readonly string[];
  /** Model files; their kernels are tested on. */
  readonly models?: readonly string[];
  readonly protocol: string;
  /** Longest time to measure the samplers' kernels of a platform; default: until all are measured. */
  readonly minutes?: number;
  /** Stop after drawing, or after measuring. */
  readonly until?: "drawn" | "measured";
  readonly signal?: AbortSignal;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
  onNote?(line: string): void;
}

export interface SamplersReport {
  readonly count: number;
  readonly platforms: readonly {
    readonly platform: string;
    readonly test: Readonly<Record<string, number>>;
    readonly measured: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly failed: number;
  }[];
  readonly runs: readonly SamplerRun[];
  readonly cells: readonly SamplerCell[];
  readonly ceilings: readonly SamplerCeiling[];
}

/** Of the pool, to N. Choice. */
const poolShare = 1.5;
/** Fewer measured kernels of a sampler are not compared. */
const fewestRows = 10;
/** Of drawing: all seeds train on subsets of one pool. */
const drawSeed = 1;
/** Kernels that common engines measure in a second, for the estimate alone. */
const usualRate = [10, 40] as const;

export async function evaluateSamplers(request: EvaluateSamplersRequest): Promise<SamplersReport> {
  if (!(request.count >= 20) || !(request.seeds >= 1) || !(request.test >= 5))
    throw new LitepredError("bad-usage", "--count takes 20 or more, --seeds 1, --test 5", "for example --count 300");
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
  readonly backend?: ComputeBackend;
  /** Default: all spaces. */
  readonly spaces?: readonly string[];
  readonly architecturesPerSpace?: number;
}

export interface PlatformResult {
  readonly platform: string;
  readonly types: readonly MeasuredType[];
  readonly tested: Readonly<Record<string, number>>;
  readonly runs: readonly SamplerRun[];
  readonly ceilings: readonly SamplerCeiling[];
}

/** Undefined where it was told to stop before there is anything to compare. */
export async function compareSamplersOn(request: CompareRequest): Promise<PlatformResult | undefined> {
  const { local, count, home, signal, backend = onnxRuntime } = request;
  const { samplers = comparedSamplers, types = comparedTypes } = request;
  for (const name of samplers)
    if (!(samplerNames as readonly string[]).includes(name))
      throw new LitepredError("unknown-name", `unknown sampler ${name}`, `one of ${samplerNames.join(", ")}`);
  const folder = join(home, "experiments", "samplers");
  const poolSize = Math.ceil(poolShare * count);
  const drawn = await keptSamplerKernels(drawRequestOf(request, samplers, types, poolSize), (key) =>
    join(folder, `drawn-${key}.json`),
  );
  if (request.until === "drawn") return undefined;
  const [first, second] = await Promise.all([openStore(join(folder, "first")), openStore(join(folder, "second"))]);
  const measured: MeasuredType[] = [];
  try {
    announce(request, drawn, samplers, poolSize);
    for (const [i, ofType] of drawn.entries()) {
      const tests = 2 * ofType.test.length;
      request.onStage?.(`measuring ${ofType.type} on ${local.id}`, tests + poolSize * samplers.length);
      const milliseconds = Math.ceil((60_000 * (request.minutes ?? 0)) / drawn.length);
      measured.push(
        await measureSamplerType(
          {
            local,
            first,
            second,
            protocol: protocolNamed(request.protocol),
            samplers,
            poolSize,
            seed: drawSeed + i,
            backend,
            ...(milliseconds > 0 ? { deadline: AbortSignal.timeout(milliseconds) } : {}),
            ...(signal ? { signal } : {}),
            ...(request.onProgress ? { onProgress: request.onProgress } : {}),
          },
          ofType,
        ),
      );
    }
  } finally {
    await first.close();
    await second.close();
  }
  if (request.until === "measured") return undefined;
  return learn({ ...request, backend }, drawn, measured, folder);
}

function drawRequestOf(
  request: CompareRequest,
  samplers: readonly string[],
  types: readonly string[],
  poolSize: number,
) {
  const { rules, test, spaces, architecturesPerSpace, signal, onStage, onProgress, models = [] } = request;
  return {
    types,
    samplers,
    poolSize,
    testSize: test,
    seed: drawSeed,
    rules,
    models: models.map((file) => ({ name: basename(file), graph: () => readModelFile(file) })),
    ...(spaces ? { spaces } : {}),
    ...(architecturesPerSpace ? { architecturesPerSpace } : {}),
    ...(signal ? { signal } : {}),
    ...(onStage ? { onStage } : {}),
    ...(onProgress ? { onProgress } : {}),
  };
}

function announce(
  { local, onNote, minutes }: CompareRequest,
  drawn: readonly DrawnType[],
  samplers: readonly string[],
  poolSize: number,
): void {
  const distinct = drawn.map(({ type, pools, test }) => {
    const keys = new Set(Object.values(pools).flatMap(({ configs }) => configs.map((c) => configKey(type, c))));
    return keys.size + (samplers.includes(adaptiveSampler) ? poolSize : 0) + 2 * test.length;
  });
  const total = distinct.reduce((sum, n) => sum + n, 0);
  const [slow, fast] = usualRate.map((rate) => (total / rate / 60).toFixed(1));
  const limit = minutes ? `; the samplers' kernels get ${minutes} minutes` : "";
  onNote?.(`${local.id}: up to ${total} measurements, ${fast} to ${slow} minutes at 40 to 10 a second${limit}`);
}

/** Trains and tests what is not in the file of runs yet. */
async function learn(
  request: CompareRequest & { readonly backend: ComputeBackend },
  drawn: readonly DrawnType[],
  measured: readonly MeasuredType[],
  folder: string,
): Promise<PlatformResult> {
  const { local, samplers = comparedSamplers, backend, signal } = request;
  const recipeNames = (request.recipes ?? ["default"]).map(recipeName);
  const file = join(folder, `runs-${local.id.replace(/[^\w.@-]+/g, "_")}.json`);
  const kept = (readKept(file) ?? []) as KeptRun[];
  request.onStage?.("training", measured.length * samplers.length * recipeNames.length * request.seeds);
  const runs: SamplerRun[] = [];
  const ceilings: SamplerCeiling[] = [];
  for (const [t, ofType] of measured.entries()) {
    const { type, latencies, again, pools } = ofType;
    const tested = drawn[t]!.test.filter(({ config }) => latencies.has(configKey(type, config)));
    const measuredMs = tested.map(({ config }) => latencies.get(configKey(type, config))!);
    const trainedOn = Math.min(request.count, ...samplers.map((name) => pools[name]?.length ?? 0));
    const twice = tested.filter(({ config }) => again.has(configKey(type, config)));
    if (twice.length > 0) ceilings.push({ platform: local.id, type, score: ceilingOf(ofType, twice) });
    if (trainedOn < fewestRows) {
      request.onNote?.(
        `! ${type}: a sampler has only ${trainedOn} measured kernels; the same command goes on measuring`,
      );
      continue;
    }
    for (const sampler of samplers)
      for (const recipe of recipeNames)
        for (let seed = 1; seed <= request.seeds; seed++) {
          request.onProgress?.(runs.length, `${type} by ${sampler}`);
          const rows = createRandom(`${seed}/subset`).shuffle(pools[sampler]!).slice(0, trainedOn);
          const set = { type, configs: rows, latenciesMs: rows.map((c) => latencies.get(configKey(type, c))!) };
          const key = [type, sampler, recipe, seed, trainedOn, tested.length, fingerprint(set.latenciesMs)].join("|");
          let run = kept.find((one) => one.key === key)?.run;
          if (run === undefined) {
            const predictor = await trainKernelPredictor(backend, set, { recipe, seed, ...(signal ? { signal } : {}) });
            const predictedMs = await predictor.predict(tested.map(({ config }) => config));
            await predictor.release();
            const occurrences = tested.map((kernel) => kernel.occurrences);
            const score = scoreSampler({ predictedMs, measuredMs, occurrences });
            const meanMs = meanLatencyMs(type, rows, latencies);
            run = { platform: local.id, type, sampler, recipe, seed, trainedOn, meanMs, score };
            kept.push({ key, run });
            saveWhole(file, JSON.stringify(kept));
          }
          runs.push(run);
        }
  }
  const tested = Object.fromEntries(runs.map(({ type, score }) => [type, score.n]));
  return { platform: local.id, types: measured, tested, runs, ceilings };
}

interface KeptRun {
  readonly key: string;
  readonly run: SamplerRun;
}

/** Tells sets of measurements apart. */
const fingerprint = (values: readonly number[]) =>
  values.reduce((sum, value, i) => sum + value * (1 + (i % 7)), 0).toPrecision(12);

function ceilingOf({ type, latencies, again }: MeasuredType, tested: DrawnType["test"]) {
  return scoreSampler({
    predictedMs: tested.map(({ config }) => again.get(configKey(type, config))!),
    measuredMs: tested.map(({ config }) => latencies.get(configKey(type, config))!),
    occurrences: tested.map(({ occurrences }) => occurrences),
  });
}

function recipeName(name: string): RecipeName {
  if (name in recipes) return name as RecipeName;
  throw new LitepredError("bad-usage", `recipe "${name}" is not known`, `use ${Object.keys(recipes).join(" or ")}`);
}

export function reportOf(count: number, results: readonly PlatformResult[]): SamplersReport {
  const runs = results.flatMap((result) => result.runs);
  return {
    count,
    platforms: results.map(({ platform, types, tested }) => ({
      platform,
      test: tested,
      measured: Object.fromEntries(
        types.map(({ type, pools }) => [
          type,
          Object.fromEntries(Object.entries(pools).map(([sampler, configs]) => [sampler, configs.length])),
        ]),
      ),
      failed: types.reduce((sum, { failed }) => sum + failed, 0),
    })),
    runs,
    cells: summariseSamplerRuns(runs),
    ceilings: results.flatMap((result) => result.ceilings),
  };
}

/** Markdown of a report, for docs/results. */
export function renderSamplersReport(report: SamplersReport): string {
  return [
    "# Samplers at the same number of measurements",
    "",
    `Made by \`litepred evaluate samplers\` on ${new Date().toISOString().slice(0, 10)}. Each predictor is trained on the same number of measured kernels, which a`,
    "sampler chose from the statistics of all spaces, and tested on kernels that none was trained on: half out of well-known networks,",
    "half out of sampled architectures. A pool of 1.5 times that number was measured for each sampler; each seed trains on a random subset,",
    "so that ± is the standard deviation over subsets and trainings, not over draws. Kernels dearer than 99 % of the spaces' are left out on all sides.",
    "“Of time” weights a kernel by its occurrences in the test networks times its latency. `vae` is the published VAE, `vae-ordinal` ours, `adaptive`",
    "nn-Meter's, `prior` draws the spaces' own configs (half of them moved), `marginals` nn-Meter's prior. “Measured again” predicts the first",
    "measurement by a second one: the ceiling.",
    "",
    renderSamplerTables(report.cells, report.ceilings, championSampler),
  ].join("\n");
}
