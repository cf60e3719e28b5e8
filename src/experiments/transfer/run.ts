/**
 * `evaluate transfer` over real engines: every platform is measured once (kernels, architectures to adapt with, architectures
 * to test on), base predictors are trained, then each platform in turn is the target of the others. The transfers are computed
 * from the store, so they can be repeated with other seeds, budgets and methods without measuring again.
 */
import { join } from "node:path";
import { createRandom, getOrCreate, median, readKept, saveWhole, sha256, stableJson } from "../../base/index.js";
import {
  architectureKernels,
  measureArchitectures,
  type NamedArchitecture,
  passName,
  sampleArchitectures,
} from "../../jobs/architectures.js";
import { profileKernels } from "../../jobs/profile.js";
import { trainPlatform } from "../../jobs/train.js";
import {
  type LocalPlatform,
  measuredNchwcBlock,
  openLocalPlatform,
  resolvePlatformId,
  rulesOf,
} from "../../jobs/workspace.js";
import { type Measurement, openStore, type Store } from "../../measurements/index.js";
import { parsePlatformId } from "../../platforms/index.js";
import { openPool } from "../../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../../predictors/index.js";
import { protocols } from "../../profiling/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { collectStatistics, planKernels } from "../../sampling/index.js";
import { loadSpaces } from "../../spaces/index.js";
import { loadTransferMethod, type TransferMethod, type TransferMethodName } from "../../transfer/index.js";
import {
  type ArchitectureTransferResult,
  type MeasuredKernel,
  type NoiseCeiling,
  noiseCeiling,
  type RealTarget,
  runArchitectureTransfer,
  type TestArchitecture,
} from "./architecture-transfer.js";

export interface PlatformsRequest {
  readonly home: string;
  readonly platforms: readonly string[];
  readonly signal?: AbortSignal;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

/** The six spaces of the method's evaluation: five of CNNs, one of vision transformers. */
const cnnSpaces = ["ofa-mobilenetv3", "proxylessnas", "ofa-resnet50", "fbnet", "attentivenas"];
const transformerSpaces = ["autoformer"];
const each = (spaces: readonly string[], count: number) => Object.fromEntries(spaces.map((space) => [space, count]));
const evaluatedSpaces = [...cnnSpaces, ...transformerSpaces];
const adaptationCounts = each(evaluatedSpaces, 12);
const testCounts = { ...each(cnnSpaces, 60), ...each(transformerSpaces, 24) };
/** Of all that are sampled, how many of each space a transfer looks at; 300 are left. */
const lookedAtPerSpace = 16;
/** Every so many-th test architecture is measured a second time, for the noise ceiling; prime to the six, then five spaces in turn. */
const repeatedEvery = 7;
/** Kernels measured on every platform; a transfer looks at some of them. */
const kernelCount = 500;
const architecturesPerSpace = 40;
const seed = 7;

async function architecturesOfExperiment(): Promise<{ adaptation: NamedArchitecture[]; test: NamedArchitecture[] }> {
  const adaptation = await sampleArchitectures("adapt", adaptationCounts, seed);
  return { adaptation, test: await sampleArchitectures("test", testCounts, seed, adaptation) };
}

/** Measures what the store lacks. A platform that breaks does not cost the others. */
export async function measurePlatforms(request: PlatformsRequest): Promise<{ platform: string; problem: string }[]> {
  const problems: { platform: string; problem: string }[] = [];
  const store = await openStore(request.home);
  try {
    for (const asked of request.platforms) {
      if (request.signal?.aborted) break;
      try {
        await measurePlatform(request, await openLocalPlatform(asked, request.home), store);
      } catch (error) {
        problems.push({ platform: asked, problem: error instanceof Error ? error.message : String(error) });
      }
    }
  } finally {
    await store.close();
  }
  return problems;
}

async function measurePlatform(request: PlatformsRequest, local: LocalPlatform, store: Store): Promise<void> {
  const { signal } = request;
  const abort = signal ? { signal } : {};
  const { adaptation, test } = await architecturesOfExperiment();
  const statistics = collectStatistics({
    spaces: await loadSpaces(),
    rules: rulesOf(local.platform),
    architecturesPerSpace,
    random: createRandom(`${seed}/statistics`),
  });
  const kernels = planKernels({ statistics, budget: kernelCount, seed, minimumPerType: 12 });
  request.onStage?.(`${local.id}: kernels`, kernels.length);
  await profileKernels({
    store,
    engine: local.engine,
    platform: local.platform,
    kernels,
    protocol: protocols.quick,
    ...abort,
    onProgress: ({ done, failed }) => request.onProgress?.(done, failed > 0 ? `${failed} failed` : ""),
  });
  // In one random order, since each seed draws anew which are adapted with and which are the test.
  const mixed = createRandom(`${seed}/order`).shuffle([...adaptation, ...test]);
  const stages = [
    { label: "architectures", architectures: mixed, pass: 1 },
    {
      label: "some of the test architectures again",
      architectures: test.filter((_, i) => i % repeatedEvery === 0),
      pass: 2,
    },
  ];
  for (const { label, architectures, pass } of stages) {
    if (signal?.aborted) return;
    request.onStage?.(`${local.id}: ${label}`, architectures.length);
    await measureArchitectures({
      store,
      local,
      architectures,
      pass,
      ...abort,
      onProgress: (done, note) => request.onProgress?.(done, note),
    });
  }
}

/** Base predictors of platforms that have none yet, from what the store has: in the form in which pools travel. */
export async function trainSources(request: PlatformsRequest): Promise<void> {
  const pool = openPool(request.home);
  for (const asked of request.platforms) {
    const id = await resolvePlatformId(asked, request.home);
    if (pool.list().entries.some(({ platform }) => platform === id)) continue;
    request.onStage?.(`${id}: training`, 100);
    await trainPlatform({
      home: request.home,
      platform: asked,
      recipe: "compact",
      seed,
      ...(request.signal ? { signal: request.signal } : {}),
      onProgress: (share, note) => request.onProgress?.(Math.round(100 * share), note),
    });
  }
}

export interface TransferVariant {
  readonly name: string;
  readonly sources: "all" | "other engines" | "none";
  readonly kernels: number;
  readonly architectures: number;
}

/** Whole architectures that a transfer looks at, for the model-level correction. */
export const architecturesLooked = lookedAtPerSpace * evaluatedSpaces.length;
const kernelsLooked = 400;
const variant = (name: string, sources: TransferVariant["sources"], kernels: number): TransferVariant => ({
  name,
  sources,
  kernels,
  architectures: architecturesLooked,
});

/** What is compared by default: the method's own settings (a) and (b), and the same data without a pool. */
export const transferVariants: readonly TransferVariant[] = [
  variant("whole pool", "all", kernelsLooked),
  variant("other engines only", "other engines", kernelsLooked),
  variant("from scratch", "none", kernelsLooked),
];

/** How many times the kernels training from scratch is given for comparison: the claim of LitePred, §6.4. */
export const moreData = 2.5;

/** More budgets, with one seed: transfer beside training from scratch with the same data and with more. */
export const budgetVariants: readonly TransferVariant[] = [100, 200, kernelsLooked].flatMap((kernels) => [
  ...(kernels === kernelsLooked
    ? []
    : [
        variant(`whole pool, ${kernels} kernels`, "all", kernels),
        variant(`from scratch, ${kernels} kernels`, "none", kernels),
      ]),
  variant(`from scratch, ${moreData} × ${kernels} kernels`, "none", moreData * kernels),
]);

export interface TransferCell extends ArchitectureTransferResult {
  readonly target: string;
  readonly variant: string;
  readonly seed: number;
  /** Measuring what was looked at, estimated from the platform's own rates. */
  readonly minutes: number;
}

export interface TargetSummary {
  readonly target: string;
  readonly test: number;
  /** Second measurement of the test architectures against the first. */
  readonly noise?: NoiseCeiling;
}

export interface EvaluatePlatformsReport {
  readonly date: string;
  readonly platforms: readonly string[];
  readonly targets: readonly TargetSummary[];
  readonly cells: readonly TransferCell[];
}

export interface EvaluatePlatformsRequest extends PlatformsRequest {
  /** Default: all of `platforms`. */
  readonly targets?: readonly string[];
  readonly variants?: readonly TransferVariant[];
  readonly seeds: number;
  /** Also `budgetVariants`, with the first seed. */
  readonly budgets?: boolean;
  readonly method: TransferMethodName;
  onCell?(cell: TransferCell): void;
}

export async function evaluateTransferPlatforms(request: EvaluatePlatformsRequest): Promise<EvaluatePlatformsReport> {
  const { home, seeds, variants = transferVariants } = request;
  const plans = [
    ...variants.flatMap((variant) => Array.from({ length: seeds }, (_, i) => ({ variant, seed: i + 1 }))),
    ...(request.budgets ? budgetVariants.map((variant) => ({ variant, seed: 1 })) : []),
  ];
  const ids = await Promise.all(request.platforms.map((platform) => resolvePlatformId(platform, home)));
  const targetIds = await Promise.all((request.targets ?? ids).map((platform) => resolvePlatformId(platform, home)));
  const pool = openPool(home);
  const sources = new Map<string, PlatformPredictor>();
  for (const id of ids) sources.set(id, await loadPlatformPredictor(pool.load(id)));
  const method = await loadTransferMethod(request.method, onnxRuntime);
  const store = await openStore(home);
  const targets: TargetSummary[] = [];
  const cells: TransferCell[] = [];
  try {
    request.onStage?.("transfers", targetIds.length * plans.length);
    for (const id of targetIds) {
      const rows = await store.query({ platform: id });
      const measured = await readPlatform(id, rows);
      const { test } = splitOf(measured, 1);
      if (test.length === 0) continue;
      const noise = noiseCeiling(measured.architectures);
      targets.push({ target: id, test: test.length, ...(noise && { noise }) });
      const kept = keptCells(home, id, { method: request.method, platforms: ids, rows: rows.length, lookedAtPerSpace });
      for (const { variant, seed: run } of plans) {
        const cell =
          kept.find(variant.name, run) ??
          kept.add(
            await transferOnce(request, { measured, rows, method, sources: [...sources.values()], variant, run }),
          );
        cells.push(cell);
        request.onCell?.(cell);
        request.onProgress?.(cells.length, id);
      }
    }
  } finally {
    await store.close();
    for (const source of sources.values()) await source.release();
  }
  return { date: new Date().toISOString(), platforms: ids, targets, cells };
}

interface Transfer {
  readonly measured: MeasuredPlatform;
  readonly rows: readonly Measurement[];
  readonly method: TransferMethod;
  readonly sources: readonly PlatformPredictor[];
  readonly variant: TransferVariant;
  /** Seed. */
  readonly run: number;
}

async function transferOnce(
  { signal }: EvaluatePlatformsRequest,
  { measured, rows, method, sources, variant, run }: Transfer,
): Promise<TransferCell> {
  const { kernels, architectures } = variant;
  const { platform } = measured;
  const result = await runArchitectureTransfer({
    target: splitOf(measured, run),
    sources: sources.filter((source) => maySource(variant, platform, source.platform)),
    method,
    kernels,
    architectures,
    seed: run,
    ...(signal ? { signal } : {}),
  });
  const looked = { kernels: result.measurementsUsed - architectures, models: architectures };
  const minutes = (looked.kernels * secondsEach(rows, "kernel") + looked.models * secondsEach(rows, "model")) / 60;
  return { target: platform, variant: variant.name, seed: run, minutes, ...result };
}

/** Transfers of earlier calls with the same measurements and sources; a call that is cut off goes on from there. */
function keptCells(home: string, target: string, circumstances: object) {
  const key = sha256(stableJson({ ...circumstances, target })).slice(0, 16);
  const file = join(home, "experiments", "transfer", `${key}.json`);
  const cells = (readKept(file) ?? []) as TransferCell[];
  return {
    find: (variant: string, seed: number) => cells.find((cell) => cell.variant === variant && cell.seed === seed),
    add(cell: TransferCell): TransferCell {
      cells.push(cell);
      saveWhole(file, JSON.stringify(cells));
      return cell;
    },
  };
}

/** Names under which one engine family goes: sources of the same family are excluded together. */
const families: readonly (readonly string[])[] = [
  ["litert", "tflite"],
  ["onnxruntime-node", "onnxruntime-web"],
];
const familyOf = (platform: string) => {
  const { engine } = parsePlatformId(platform);
  return families.find((names) => names.includes(engine))?.[0] ?? engine;
};

function maySource({ sources }: TransferVariant, target: string, source: string): boolean {
  if (source === target || sources === "none") return false;
  return sources === "all" || familyOf(source) !== familyOf(target);
}

interface MeasuredPlatform {
  readonly platform: string;
  readonly kernels: RealTarget["kernels"];
  readonly architectures: readonly TestArchitecture[];
}

async function readPlatform(platform: string, rows: readonly Measurement[]): Promise<MeasuredPlatform> {
  const rules = rulesOf(parsePlatformId(platform), measuredNchwcBlock(rows));
  const kernels = new Map<string, MeasuredKernel[]>();
  const latencies = new Map<string, number>();
  for (const { subject, outcome } of rows) {
    const latency = outcome.status === "ok" ? { latencyMs: outcome.latencyMs } : {};
    if (subject.kind === "kernel")
      getOrCreate(kernels, subject.type, () => [] as MeasuredKernel[]).push({ config: subject.config, ...latency });
    else if (latency.latencyMs !== undefined) latencies.set(subject.name, latency.latencyMs);
  }
  const { adaptation, test } = await architecturesOfExperiment();
  const architectures: TestArchitecture[] = [];
  for (const { name, space } of [...adaptation, ...test]) {
    const measuredMs = latencies.get(name);
    if (measuredMs === undefined) continue;
    const againMs = latencies.get(passName(name, 2));
    const detection = await architectureKernels(name, rules);
    if (detection) architectures.push({ space, detection, measuredMs, ...(againMs === undefined ? {} : { againMs }) });
  }
  return { platform, kernels, architectures };
}

/**
 * Which architectures are adapted with and which are the test: drawn anew for each seed, space by space. All are measured in one
 * go, so the machine's slower phases meet both alike; adapted on what was measured first, intervals would promise a quieter
 * machine than the test finds.
 */
function splitOf({ platform, kernels, architectures }: MeasuredPlatform, run: number): RealTarget {
  const parts = evaluatedSpaces.map((space) => {
    const own = createRandom(`${run}/split/${space}`).shuffle(architectures.filter((one) => one.space === space));
    return { adaptation: own.slice(0, lookedAtPerSpace), test: own.slice(lookedAtPerSpace) };
  });
  return {
    platform,
    kernels,
    architectures: parts.flatMap(({ adaptation }) => adaptation),
    test: parts.flatMap(({ test }) => test),
  };
}

/** Seconds that one measurement took: median over the sessions of their length ÷ number. */
function secondsEach(rows: readonly Measurement[], kind: "kernel" | "model"): number {
  const sessions = new Map<string, number[]>();
  for (const { subject, session, at } of rows)
    if (subject.kind === kind) getOrCreate(sessions, session, () => [] as number[]).push(Date.parse(at));
  const rates = [...sessions.values()]
    .filter((times) => times.length >= 20)
    .map((times) => (Math.max(...times) - Math.min(...times)) / 1000 / times.length);
  return rates.length === 0 ? Number.NaN : median(rates);
}
