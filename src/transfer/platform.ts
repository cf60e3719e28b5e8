/**
 * The one way from measurements on a platform to its predictor, for the product and for every evaluation: adapt the sources where few
 * kernels were measured, fit one compact predictor a kernel type, correct by whole networks, and hold the result against the best
 * source. What is measured, and when, is the caller's.
 */
import { type ComputeBackend, median, stableJson } from "../base/index.js";
import {
  createUserKernelType,
  type FusionRules,
  isKernelTypeName,
  type KernelConfig,
  type KernelType,
  kernelTypeOf,
} from "../kernels/index.js";
import type { KernelRows } from "../measurements/index.js";
import {
  type Correction,
  createPlatformPredictor,
  fitGeneralRoofline,
  fitKernelPredictors,
  type KernelPredictor,
  type KernelPredictorState,
  noCorrection,
  type PlatformPredictor,
  type RecipeName,
  type UserTypeDefinition,
} from "../predictors/index.js";
import { isPredictable } from "./adapted-kernel.js";
import { bestSource, type ComparisonReport } from "./best-source.js";
import { correctionBy } from "./network-correction.js";
import type {
  Adaptation,
  AdaptationTask,
  AdaptedKernel,
  HeldOutPoint,
  MeasuredNetwork,
  Source,
  TransferMethod,
} from "./types.js";

export interface PlatformTask {
  /** Full id. */
  readonly platform: string;
  readonly rules: FusionRules;
  readonly backend: ComputeBackend;
  /** Kernels measured on the platform so far. */
  readonly rows: readonly KernelRows[];
  readonly userTypes?: Readonly<Record<string, UserTypeDefinition>> | undefined;
  /** Predictors of other platforms, or older ones of this. */
  readonly sources: readonly PlatformPredictor[];
  readonly method: TransferMethod;
  /** Further kernels to measure: which, the method chooses among the candidates. */
  readonly further?: Pick<AdaptationTask, "budget" | "goal" | "measure" | "onRound"> | undefined;
  /** Configs by kernel type: what may be measured, and what adapted predictors are asked for. */
  readonly candidates: ReadonlyMap<string, readonly KernelConfig[]>;
  /** Networks that the correction is fitted on; asked for when the kernels are done. None of their kernels is in `rows` for their sake. */
  networks(): Promise<readonly MeasuredNetwork[]>;
  /** What a call costs, milliseconds. */
  readonly callMs: number;
  readonly recipe: RecipeName;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Networks measured whole, each predicted by a correction without it. */
  onNetworks?: ((points: readonly HeldOutPoint[]) => void) | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface FittedPlatform {
  readonly predictor: PlatformPredictor;
  /** For the artefact. */
  readonly kernels: readonly KernelPredictorState[];
  readonly correction: Correction;
  readonly general: readonly number[];
  /** Absent where nothing was adapted. */
  readonly adaptation?: Adaptation | undefined;
  /** Kernel types with too few measurements and no source. */
  readonly skipped: readonly { readonly kernel: string; readonly reason: string }[];
  /** Median |ln(compact ÷ adapted)| on candidates that did not teach the compact predictors: what distilling costs. */
  readonly distilLoss?: number | undefined;
  readonly comparison?: ComparisonReport | undefined;
}

/** A kernel type with fewer rows, and no source, is left to the general roofline. */
const fewestRows = 5;
/** With so many rows a kernel type needs no source. Choice: a dozen for each field that most kernel types have. */
const enoughRows = 60;
/** Candidates that teach a compact predictor what the adapted one says: it only has to repeat a smooth function. Choice. */
const taughtBy = 250;
/** Candidates that tell what that cost. */
const checkedOn = 60;

export async function fitPlatform(task: PlatformTask): Promise<FittedPlatform> {
  const measured = new Map(task.rows.filter(({ type }) => isKnown(task, type)).map((rows) => [rows.type, rows]));
  const adaptation = await adapt(task, measured);
  const sets = await trainingSets(task, measured, adaptation);
  const fitted = await fitKernels(task, sets);
  const general = fitGeneralRoofline(sets.map((set) => ({ ...set, type: typeOf(task, set.type) })));
  const { platform, rules, callMs } = task;
  const kernels = new Map<string, KernelPredictor>(fitted.map((predictor) => [predictor.type, predictor]));
  const plain = createPlatformPredictor({ platform, rules, kernels, correction: noCorrection, general, callMs });
  const networks = await task.networks();
  const { correction, errors } = await correctionBy(networks, plain, task.onNetworks);
  const own = { kernels, correction, general };
  const target = { platform, rules, callMs };
  const comparison = await bestSource(task.sources, target, networks, { ...own, errors });
  const kept = comparison ?? own;
  return {
    kernels: [...kept.kernels.values()].map((kernel) => kernel.toState()),
    correction: kept.correction,
    general: kept.general,
    predictor: createPlatformPredictor({ ...plain, ...kept }),
    adaptation,
    skipped: task.rows
      .filter(({ type }) => !kernels.has(type))
      .map((rows) => ({ kernel: rows.type, reason: reasonToSkip(task, rows) })),
    distilLoss: await distilLoss(sets, kernels),
    comparison: comparison?.report,
  };
}

const isKnown = ({ userTypes }: PlatformTask, type: string) =>
  isKernelTypeName(type) || userTypes?.[type] !== undefined;

const reasonToSkip = (task: PlatformTask, { type, configs }: KernelRows) =>
  isKnown(task, type)
    ? `only ${configs.length} measured configs; it is estimated from FLOPs and bytes`
    : "it is neither in the catalogue nor imported";

function typeOf({ userTypes }: PlatformTask, name: string): KernelType {
  const own = userTypes?.[name];
  return own ? createUserKernelType(name, own.fields, own) : kernelTypeOf(name);
}

/** Kernel types of which too little was measured, or of all where more is to be. Undefined where sources can add nothing. */
async function adapt(task: PlatformTask, measured: ReadonlyMap<string, KernelRows>): Promise<Adaptation | undefined> {
  const { further, method, seed, signal } = task;
  const names = new Set([...task.candidates.keys(), ...(further ? [] : measured.keys())]);
  const kernels = [...names].flatMap((name) => {
    const rows = measured.get(name);
    const candidates = (further ? task.candidates.get(name) : rows?.configs) ?? [];
    const own = sourcesOf(task, name);
    if (candidates.length === 0 || (!further && (candidates.length >= enoughRows || own.length === 0))) return [];
    return [{ type: typeOf(task, name), candidates, sources: own }];
  });
  if (kernels.length === 0) return undefined;
  const known = new Map(
    [...measured].map(([type, { configs, latenciesMs }]) => [
      type,
      new Map(configs.map((config, i) => [stableJson(config), latenciesMs[i]!])),
    ]),
  );
  return method.adapt({
    kernels,
    seed,
    signal,
    ...(further ?? {
      atOnce: true,
      budget: kernels.reduce((total, { candidates }) => total + candidates.length, 0),
      measure: async (requests) =>
        requests.map(({ type, config }) => ({
          status: "measured",
          latencyMs: known.get(type)!.get(stableJson(config))!,
        })),
    }),
  });
}

function sourcesOf({ sources, userTypes }: PlatformTask, type: string): Source[] {
  const fields = userTypes?.[type]?.fields.join();
  // Elsewhere a user's type of that name may be another one.
  const fits = (predictor: KernelPredictor) =>
    fields === undefined || predictor.toState().userType?.fields.join() === fields;
  return sources.flatMap((source): Source[] => {
    const predictor = source.kernels.get(type);
    if (predictor === undefined || !fits(predictor)) return [];
    return [{ platform: source.platform, latencies: (configs) => predictor.predict(configs) }];
  });
}

interface TrainingRows extends KernelRows {
  /** Rows after the measured ones are what this says. */
  readonly adapted?: AdaptedKernel | undefined;
  readonly check: readonly KernelConfig[];
}

/** What was measured, and where sources were adapted what they say of configs that were not. */
async function trainingSets(
  task: PlatformTask,
  measured: ReadonlyMap<string, KernelRows>,
  adaptation: Adaptation | undefined,
): Promise<TrainingRows[]> {
  const sets: TrainingRows[] = [];
  for (const type of new Set([...measured.keys(), ...(adaptation?.kernels.keys() ?? [])])) {
    const rows = measured.get(type) ?? { type, configs: [], latenciesMs: [] };
    const adapted = adaptation?.kernels.get(type);
    if (adapted === undefined || !isPredictable(adapted)) {
      if (rows.configs.length >= fewestRows) sets.push({ ...rows, check: [] });
      continue;
    }
    const own = new Set(rows.configs.map(stableJson));
    const others = (task.candidates.get(type) ?? []).filter((config) => !own.has(stableJson(config)));
    const taught = others.slice(0, taughtBy);
    const predictions = await adapted.predict(taught);
    const configs = [...rows.configs, ...taught];
    if (configs.length < 3) continue;
    sets.push({
      type,
      configs,
      latenciesMs: [...rows.latenciesMs, ...predictions.map(({ latencyMs }) => latencyMs)],
      adapted,
      check: others.slice(taughtBy, taughtBy + checkedOn),
    });
  }
  return sets;
}

async function fitKernels(task: PlatformTask, sets: readonly TrainingRows[]) {
  const { backend, recipe, seed, signal } = task;
  task.onStage?.("fitting predictors", sets.length);
  const fits = sets.map(({ type, configs, latenciesMs, adapted }) => ({
    ...{ type, configs, latenciesMs, userType: task.userTypes?.[type] },
    known: adapted && knownErrors(adapted),
  }));
  let done = 0;
  const onDone = ({ type }: { readonly type: string }) => task.onProgress?.(++done, type);
  return fitKernelPredictors(backend, fits, { recipe, seed, signal, onDone });
}

/** Errors are those of the adapted one, on rows that it had not seen; milliseconds are not kept with them. */
const knownErrors = ({ estimate, measured }: AdaptedKernel) => ({
  samples: measured,
  heldOut: { n: measured, mape: Number.NaN, within5: 0, within10: 0, ...estimate, rmseMs: Number.NaN },
});

async function distilLoss(
  sets: readonly TrainingRows[],
  kernels: ReadonlyMap<string, KernelPredictor>,
): Promise<number | undefined> {
  const losses: number[] = [];
  for (const { type, adapted, check } of sets) {
    if (adapted === undefined || check.length === 0) continue;
    const [wanted, found] = [await adapted.predict(check), await kernels.get(type)!.predict(check)];
    losses.push(...wanted.map(({ latencyMs }, i) => Math.abs(Math.log(found[i]! / latencyMs))));
  }
  return losses.length === 0 ? undefined : median(losses);
}
