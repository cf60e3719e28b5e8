/**
 * The table of engines: for each platform, whole models and every distinct kernel in them are measured directly, twice, in
 * passes that alternate. Says whether kernel times add up to the model's, how well a measurement repeats, and how fast it
 * goes. What is in the workspace's store is not measured again; the second measurements lie in a store of their own.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRandom, LitepredError, mean } from "../../base/index.js";
import {
  agentEngineNames,
  installedEngineVersion,
  installedVersions,
  type KernelTiming,
  kernelTimingOf,
  readRecipe,
} from "../../engines/index.js";
import { type NamedGraph, sampleCalibrationModels } from "../../jobs/calibration.js";
import { encoderOf } from "../../jobs/encoding.js";
import { measureModels } from "../../jobs/measure.js";
import { profileKernels } from "../../jobs/profile.js";
import { profileInModels } from "../../jobs/profile-models.js";
import { exactRules, type LocalPlatform, openLocalPlatform, rulesOf } from "../../jobs/workspace.js";
import { detectKernels, type Kernel } from "../../kernels/index.js";
import {
  configKey,
  type Measurement,
  type Outcome,
  openStore,
  type Protocol,
  type Store,
} from "../../measurements/index.js";
import { protocols } from "../../profiling/index.js";
import { buildExampleModel, exampleModelNames, nasSpaceNames, zooSpaceNames } from "../../spaces/index.js";
import {
  type CompleteModel,
  type Repeatability,
  repeatabilityOf,
  type Shares,
  type SummedModel,
  sharesOf,
  sumModels,
} from "./rows.js";

export interface EvaluateEnginesRequest {
  readonly home: string;
  /** Default: every engine, version and precision that is installed. */
  readonly platforms?: readonly string[];
  /** Whole models for each platform. */
  readonly models: number;
  /** Kernels of them that are measured a second time. */
  readonly repeats: number;
  /** False: only what the store has. */
  readonly measure?: boolean;
  readonly signal?: AbortSignal;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface EngineReport {
  readonly platform: string;
  readonly engine: string;
  readonly version: string;
  readonly precision: string;
  readonly kernelTiming: KernelTiming | "in models";
  readonly timingReason: string;
  /** Σ kernels ÷ whole model, before and after the correction that the other models give; of models whose kernels were all measured. */
  readonly plain?: Shares;
  readonly corrected?: Shares;
  readonly models: readonly SummedModel[];
  readonly kernelRepeatability?: Repeatability;
  readonly modelRepeatability?: Repeatability;
  /** Of this and earlier calls; absent where nothing was measured. */
  readonly kernelsPerHour?: number;
  readonly modelsPerHour?: number;
  readonly kernels: { readonly measured: number; readonly failed: number };
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly what: "kernel" | "model";
  readonly reason: string;
  readonly count: number;
  /** The first one met. */
  readonly example: string;
}

/** A platform that could not be measured at all. */
export interface EngineProblem {
  readonly platform: string;
  readonly problem: string;
}

export interface EnginesReport {
  readonly date: string;
  readonly cpu: string;
  readonly rows: readonly EngineReport[];
  readonly problems: readonly EngineProblem[];
}

/** Shorter than `quick` on whole models, which are long enough that few runs agree. */
const wholeModels: Protocol = { ...protocols.quick, maxMs: 500 };
const seed = 4;

export async function evaluateEngines(request: EvaluateEnginesRequest): Promise<EnginesReport> {
  const platforms = request.platforms ?? (await installedPlatforms(request.home));
  const models = await testModels(request.models);
  const rows: EngineReport[] = [];
  const problems: EngineProblem[] = [];
  let cpu = "";
  const first = await openStore(request.home);
  const second = await openStore(join(request.home, "second-measurements"));
  try {
    for (const asked of platforms) {
      if (request.signal?.aborted) break;
      try {
        const local = await openLocalPlatform(asked, request.home);
        cpu = local.platform.device;
        rows.push(await evaluateEngine(request, local, models, first, second));
      } catch (error) {
        // One engine that is missing or breaks must not cost the others.
        if (!(error instanceof LitepredError)) throw error;
        problems.push({ platform: asked, problem: error.message });
      }
    }
  } finally {
    await first.close();
    await second.close();
  }
  return { date: new Date().toISOString(), cpu, rows, problems };
}

async function installedPlatforms(home: string): Promise<string[]> {
  const ofAgents = agentEngineNames.flatMap((name) => {
    const recipe = readRecipe(name);
    return installedVersions(recipe, home).flatMap((version) =>
      (version.precisions ?? recipe.precisions).map((precision) => `local/cpu/${name}@${version.version}/${precision}`),
    );
  });
  const own = await installedEngineVersion("onnxruntime-node", { home });
  return [...(own ? ["fp32", "int8"].map((precision) => `local/cpu/onnxruntime-node/${precision}`) : []), ...ofAgents];
}

/** Well-known models, then architectures of the published spaces and of the zoo in turn. */
export async function testModels(count: number): Promise<NamedGraph[]> {
  const known = exampleModelNames.slice(0, count).map((name) => ({ name, graph: buildExampleModel(name) }));
  const more = Math.max(0, count - known.length);
  const drawn = await Promise.all([
    sampleCalibrationModels(Math.ceil(more / 2), seed, { spaces: nasSpaceNames, skip: 5000 }),
    sampleCalibrationModels(Math.floor(more / 2), seed, { spaces: zooSpaceNames, skip: 5000 }),
  ]);
  return [...known, ...drawn.flat()];
}

interface Detected extends NamedGraph {
  readonly kernels: readonly Kernel[];
}

async function evaluateEngine(
  request: EvaluateEnginesRequest,
  local: LocalPlatform,
  graphs: readonly NamedGraph[],
  first: Store,
  second: Store,
): Promise<EngineReport> {
  const rules = rulesOf(local.platform);
  const models = graphs.map((model): Detected => ({ ...model, kernels: detectKernels(model.graph, rules).kernels }));
  const kernels = distinct(models.flatMap((model) => model.kernels));
  const again = createRandom(`${seed}/repeats`)
    .shuffle([...kernels])
    .slice(0, request.repeats);
  const speed = openSpeed(request.home, local.id);
  const passes: (Measurement | undefined)[][] = [];
  const inModels = exactRules.includes(local.platform.engine);
  for (const [store, part] of [
    [first, kernels],
    [second, again],
  ] as const) {
    if (request.measure === false) {
      passes.push(await storedModels(models, store, local.id));
      continue;
    }
    const name = `${local.platform.engine} ${local.platform.precision}, ${store === first ? "first" : "second"}`;
    passes.push(await timeModels(request, local, models, store, `${name}: models`, speed));
    if (inModels) await timeInModels(request, local, models, store, `${name}: kernels in models`, speed);
    await timeKernels(request, local, part, store, `${name}: kernels`, speed);
  }
  const times = await kernelTimes(first, local.id);
  const timesAgain = await kernelTimes(second, local.id);
  return {
    platform: local.id,
    engine: local.platform.engine,
    version: local.description.version,
    precision: local.platform.precision,
    kernelTiming: inModels ? "in models" : kernelTimingOf(local.description, local.platform.processor),
    timingReason: local.description.timingReason,
    ...sums(models, passes, times),
    ...defined(
      "kernelRepeatability",
      repeatabilityOf(pairs(again.map((kernel) => [times, timesAgain].map((t) => t.get(keyOf(kernel)))))),
    ),
    ...defined(
      "modelRepeatability",
      repeatabilityOf(pairs(models.map((_, i) => passes.map((pass) => pass[i]?.outcome)))),
    ),
    ...speed.rates(),
    kernels: {
      measured: kernels.filter((kernel) => times.get(keyOf(kernel))?.status === "ok").length,
      failed: kernels.filter((kernel) => times.get(keyOf(kernel))?.status === "failed").length,
    },
    failures: [
      ...failuresOf(
        "kernel",
        kernels.map((kernel) => ({ name: keyOf(kernel), outcome: times.get(keyOf(kernel)) })),
      ),
      ...failuresOf(
        "model",
        models.map(({ name }, i) => ({ name, outcome: passes[0]![i]?.outcome })),
      ),
    ],
  };
}

/** In the order of the models. */
async function storedModels(models: readonly NamedGraph[], store: Store, platform: string) {
  const byName = new Map<string, Measurement>();
  for (const row of await store.query({ platform, kind: "model" }))
    if (row.subject.kind === "model" && row.protocol.name === wholeModels.name) byName.set(row.subject.name, row);
  return models.map(({ name }) => byName.get(name));
}

const keyOf = ({ type, config }: Pick<Kernel, "type" | "config">) => `${type} ${configKey(config)}`;

function distinct(kernels: readonly Kernel[]): Kernel[] {
  return [...new Map(kernels.map((kernel) => [keyOf(kernel), kernel])).values()];
}

async function timeModels(
  request: EvaluateEnginesRequest,
  { engine, platform, description }: LocalPlatform,
  models: readonly NamedGraph[],
  store: Store,
  label: string,
  speed: Speed,
): Promise<Measurement[]> {
  const encode = encoderOf(description.format, platform.precision);
  request.onStage?.(label, models.length);
  const started = performance.now();
  let sessions = 0;
  const measured = await measureModels({
    store,
    engine,
    platform,
    protocol: wholeModels,
    models: models.map(({ name, graph }) => ({ name, bytes: () => encode(graph) })),
    ...(request.signal ? { signal: request.signal } : {}),
    onProgress({ done, total }) {
      sessions = done;
      request.onProgress?.(Math.round((models.length * done) / total));
    },
  });
  speed.add("models", sessions, performance.now() - started);
  return measured;
}

async function timeKernels(
  request: EvaluateEnginesRequest,
  { engine, platform }: LocalPlatform,
  kernels: readonly Kernel[],
  store: Store,
  label: string,
  speed: Speed,
): Promise<void> {
  request.onStage?.(label, kernels.length);
  const started = performance.now();
  const { measured, failed } = await profileKernels({
    store,
    engine,
    platform,
    kernels,
    protocol: protocols.quick,
    ...(request.signal ? { signal: request.signal } : {}),
    onProgress: (progress) =>
      request.onProgress?.(progress.done, progress.failed > 0 ? `${progress.failed} failed` : ""),
  });
  speed.add("kernels", measured + failed, performance.now() - started);
}

async function timeInModels(
  request: EvaluateEnginesRequest,
  local: LocalPlatform,
  models: readonly NamedGraph[],
  store: Store,
  label: string,
  speed: Speed,
): Promise<void> {
  request.onStage?.(label, models.length);
  const started = performance.now();
  const { kernels } = await profileInModels({
    store,
    local,
    rules: rulesOf(local.platform),
    models,
    ...(request.signal ? { signal: request.signal } : {}),
    ...(request.onProgress ? { onProgress: request.onProgress } : {}),
  });
  speed.add("kernels", kernels, performance.now() - started);
}

async function kernelTimes(store: Store, platform: string): Promise<Map<string, Outcome>> {
  const times = new Map<string, Outcome>();
  for (const { subject, outcome } of await store.query({ platform, kind: "kernel" }))
    if (subject.kind === "kernel") times.set(keyOf(subject), outcome);
  return times;
}

/** The mean of both passes counts. */
function sums(
  models: readonly Detected[],
  passes: readonly (readonly (Measurement | undefined)[])[],
  times: ReadonlyMap<string, Outcome>,
): Pick<EngineReport, "models" | "plain" | "corrected"> {
  const complete = models.flatMap(({ name, kernels }, i): CompleteModel[] => {
    const wholes = passes.flatMap((pass) => latencyOf(pass[i]?.outcome) ?? []);
    const timed = kernels.flatMap((kernel) => {
      const latencyMs = latencyOf(times.get(keyOf(kernel)));
      return latencyMs === undefined ? [] : [{ ...kernel, latencyMs }];
    });
    if (wholes.length === 0 || timed.length < kernels.length) return [];
    return [{ model: name, measuredMs: mean(wholes), kernels: timed }];
  });
  const summed = sumModels(complete);
  return {
    models: summed,
    ...defined("plain", sharesOf(summed.map((model) => model.sumMs / model.measuredMs))),
    ...defined("corrected", sharesOf(summed.map((model) => model.correctedMs / model.measuredMs))),
  };
}

const latencyOf = (outcome: Outcome | undefined) => (outcome?.status === "ok" ? outcome.latencyMs : undefined);

function pairs(outcomes: readonly (readonly (Outcome | undefined)[])[]): [number, number][] {
  return outcomes.flatMap((both): [number, number][] => {
    const [one, two] = both.map(latencyOf);
    return one === undefined || two === undefined ? [] : [[one, two]];
  });
}

function failuresOf(
  what: Failure["what"],
  all: readonly { readonly name: string; readonly outcome: Outcome | undefined }[],
): Failure[] {
  const byReason = new Map<string, { count: number; example: string }>();
  for (const { name, outcome } of all) {
    if (outcome?.status !== "failed") continue;
    const known = byReason.get(outcome.reason);
    if (known) known.count++;
    else byReason.set(outcome.reason, { count: 1, example: `${name}: ${outcome.message}` });
  }
  return [...byReason].map(([reason, found]) => ({ what, reason, ...found }));
}

/** A field that is there only with a value. */
function defined<K extends string, V>(key: K, value: V | undefined): { [k in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [k in K]: V });
}

type Counted = "kernels" | "models";
interface Speed {
  add(what: Counted, count: number, ms: number): void;
  rates(): { kernelsPerHour?: number; modelsPerHour?: number };
}

/** Counts and times of all calls so far, kept beside the second measurements. */
function openSpeed(home: string, platform: string): Speed {
  const path = join(home, "second-measurements", "speed.json");
  const all = (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {}) as Record<
    string,
    Record<Counted, { count: number; ms: number }>
  >;
  all[platform] ??= { kernels: { count: 0, ms: 0 }, models: { count: 0, ms: 0 } };
  const mine = all[platform];
  const rate = ({ count, ms }: { count: number; ms: number }) =>
    count === 0 ? undefined : Math.round((3.6e6 * count) / ms);
  return {
    add(what, count, ms) {
      if (count === 0) return;
      mine[what].count += count;
      mine[what].ms += ms;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify(all));
    },
    rates: () => ({ ...defined("kernelsPerHour", rate(mine.kernels)), ...defined("modelsPerHour", rate(mine.models)) }),
  };
}
