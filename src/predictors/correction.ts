/**
 * The model-level correction: sums of kernel times miss scheduling, allocation, cache effects, and whatever an engine's way
 * of timing a single kernel adds. ln(measured ÷ sum) is fitted on whole models measured on the platform. Terms: a constant;
 * the share of the time in each kernel type, and in weights that stay in a cache, by ridge regression towards 0; with enough models a
 * Gaussian process on the rest, which tells models like those measured from others. Intervals rest on the errors of models left out: each is predicted by a fit without it.
 * Both numbers, the plain sum and the corrected one, are kept.
 */
import {
  type Accuracy,
  accuracyOf,
  conformalQuantile,
  isBetterBeyondLuck,
  leaveOutFolds,
  median,
  quantile,
} from "../base/index.js";
import { type LearnerState, loadGaussianProcess, trainGaussianProcess } from "../learning/index.js";
import { folds, lossLeftOut, pick, robustRidge, scaleOf, trimmedMean } from "./robust-ridge.js";
import {
  cachedShare,
  columnsOf,
  processInputs,
  type Shares,
  type ShareTable,
  shares,
  sumMs,
  tableOf,
} from "./share-table.js";
import type { PredictedKernel } from "./types.js";
import type { WeightsInCache } from "./weights-in-cache.js";

export interface Correction {
  /** Number of models it was fitted on. */
  readonly models: number;
  readonly intercept: number;
  /** ln factor of a model that spends all its time in the kernel type. */
  readonly types: Readonly<Record<string, number>>;
  /** Absent where models that fit a cache are like others, and in files of before. */
  readonly weights?: WeightsInCache | undefined;
  /** What is left over, as a function of the shares of `types` and ln sum. */
  readonly process?: { readonly types: readonly string[]; readonly state: LearnerState };
  /** |ln(measured ÷ predicted)| of each model under a fit without it; ascending. */
  readonly residuals: readonly number[];
  /** The same errors ÷ the width expected for each; ascending. Added in square to that width: `floor`. */
  readonly scores: readonly number[];
  readonly floor: number;
  /** Each model under a fit without it; absent where there is none, and in files of before. */
  readonly heldOut?: Accuracy | undefined;
}

export interface WholeModel {
  readonly kernels: readonly PredictedKernel[];
  readonly measuredMs: number;
}

export interface Corrector {
  /** Factor on the plain sum, and the half width of the interval around it in ln units. */
  correct(kernels: readonly PredictedKernel[], level: number): Corrected;
  /** The same of many models by their make-up. Without a level the width is NaN, and it is several times faster. */
  correctAll(models: ShareTable, level: number | undefined): readonly Corrected[];
}

export interface Corrected {
  readonly factor: number;
  readonly halfWidth: number;
}

export const noCorrection: Correction = { models: 0, intercept: 0, types: {}, residuals: [], scores: [], floor: 1 };

/** Interval when no whole model was measured on the platform, whatever the level. Choice: no measurement says how wide it should be. */
const uncorrectedWidth = 0.15;
/** Terms: a constant, the shares of time, a process on what is left over. */
const kinds = ["constant", "shares", "process"] as const;
type Kind = (typeof kinds)[number];
/** With fewer models the shares of time cannot be told apart, and the rest says nothing on how it depends on a model's make-up. Choice. */
const fewestModels: Readonly<Record<Kind, number>> = { constant: 0, shares: 8, process: 30 };
/** Ridge penalties to choose from, by leaving models out; the largest of those about as good. Shares lie in 0–1, errors around 0.05. */
const penalties = [0.03, 0.1, 0.3, 1, 3];
/** Bytes of weights that stay in a cache, to choose from: what a core has of it to itself is less than what is printed on the box. */
const cacheSizes = [undefined, ...[2, 4, 8, 12, 16, 24, 32, 48].map((megabytes) => megabytes * 1e6)];
/** A further term has to make errors smaller by this share. Choice. */
const clearly = 0.97;
/** So many times the share of other inputs, so that the penalty shrinks it less: what it says is physics. Choice. */
const weightsCount = 3;
/** Kernel types whose share varies less than this among the models are no input of the process. Choice. */
const leastDeviation = 0.01;
/**
 * What is left over is cut off at so many deviations before the process sees it: a machine is slow at times, never fast. The
 * usual choice; 1.5 to 4 made no difference.
 */
const mostDeviations = 3;
/** Steps of the optimiser in a fold, from the hyper-parameters of the fit on all models. */
const foldIterations = 10;

/**
 * @param callMs what a call costs whatever the model is: no part of what is corrected
 * @param msPerByte of weights from memory; without it models that fit a cache are like others
 * @param tell is given what is predicted of each model by a fit without it, ms
 */
export function fitCorrection(
  models: readonly WholeModel[],
  callMs = 0,
  msPerByte?: number,
  tell?: (predictedMs: readonly number[]) => void,
): Correction {
  if (models.length === 0) return noCorrection;
  const rows = models.map((model) => shares(model.kernels, msPerByte));
  const targets = models.map((model) => Math.log((model.measuredMs - callMs) / sumMs(model.kernels)));
  const { whole, found } = chosenFit(rows, targets, msPerByte);
  const errors = found.map(({ log, deviation }, i) => ({ error: Math.abs(targets[i]! - log), deviation }));
  const floor = whole.process ? median(errors.map(({ error }) => error)) : 1;
  const predictedMs = models.map(({ kernels }, i) => sumMs(kernels) * Math.exp(found[i]!.log) + callMs);
  tell?.(predictedMs);
  const ascending = (values: number[]) => values.sort((a, b) => a - b);
  return {
    ...whole,
    models: models.length,
    residuals: ascending(errors.map(({ error }) => error)),
    scores: ascending(errors.map(({ error, deviation }) => error / Math.hypot(deviation, floor))),
    floor,
    heldOut: accuracyOf(
      predictedMs,
      models.map(({ measuredMs }) => measuredMs),
    ),
  };
}

/**
 * What each kind says of models left out, and the one that is taken: shares of time; another only where it is better by more than luck. Forty
 * networks hold two or three of a kind, and whichever did best on them was off by more on others than shares alone (five engines of an
 * EPYC, three draws: on LiteRT a constant left AutoFormers 32 % off that shares put right, elsewhere a process learned the odd ones).
 */
function chosenFit(rows: readonly Shares[], targets: readonly number[], msPerByte: number | undefined) {
  const tried = kinds
    .filter((of) => rows.length >= fewestModels[of])
    .map((kind) => {
      const whole = fit(kind, rows, targets, msPerByte);
      const found = leaveOut(kind, rows, targets, whole);
      return { kind, whole, found, errors: found.map(({ log }, i) => Math.abs(targets[i]! - log)) };
    });
  const usual = tried.find(({ kind }) => kind === "shares") ?? tried[0]!;
  return tried.reduce((best, other) => (isBetterBeyondLuck(other.errors, best.errors) ? other : best), usual);
}

/** Each model under a fit without it, in their order. A single model has none: it stands uncorrected. */
function leaveOut(kind: Kind, rows: readonly Shares[], targets: readonly number[], whole: Fit): Evaluation[] {
  if (rows.length === 1) return [{ log: 0, deviation: evaluator(whole)(rows[0]!).deviation }];
  const rounds = rows.length < fewestModels.process ? rows.length : folds;
  const found = new Array<Evaluation>(rows.length);
  for (const { kept, left } of leaveOutFolds([...rows.keys()], rounds)) {
    const evaluate = evaluator(fit(kind, pick(rows, kept), pick(targets, kept), whole.weights?.msPerByte, whole));
    for (const i of left) found[i] = evaluate(rows[i]!);
  }
  return found;
}

export function createCorrector(correction: Correction): Corrector {
  if (correction.models === 0) {
    const uncorrected = { factor: 1, halfWidth: uncorrectedWidth };
    return { correct: () => uncorrected, correctAll: ({ logSums }) => Array.from(logSums, () => uncorrected) };
  }
  const evaluate = evaluatorOfAll(correction);
  const correctAll = (models: ShareTable, level: number | undefined) => {
    const width = level === undefined ? Number.NaN : scoreAt(correction.scores, level);
    return evaluate(models, level !== undefined).map(({ log, deviation }) => ({
      factor: Math.exp(log),
      halfWidth: width * Math.hypot(deviation, correction.floor),
    }));
  };
  const correct: Corrector["correct"] = (kernels, level) =>
    correctAll(tableOf(shares(kernels, correction.weights?.msPerByte)), level)[0]!;
  return { correct, correctAll };
}

/**
 * Of two dozen networks the conformal rank is that of the second worst, and one odd network makes all intervals half as wide again: ±14 to
 * ±20 % for examples all within ±12 % (three `npm start` on a processor that the pool lacks), so the rank is interpolated. A quarter more was
 * added for exported networks while they were off by more than those sampled; with kernels timed in medleys too, 94 % of 267 of them lay
 * within such intervals, 89 % within these (six adaptations, docs/results/models-onnxruntime.md).
 */
function scoreAt(ascending: readonly number[], level: number): number {
  const isEnough = (ascending.length + 1) * level <= ascending.length;
  return isEnough ? quantile(ascending, level) : conformalQuantile(ascending, level);
}

type Fit = Pick<Correction, "intercept" | "types" | "weights" | "process">;

/** ln of the factor on the plain sum, and the width expected around it. */
interface Evaluation {
  readonly log: number;
  readonly deviation: number;
}

/** `before`: a fit on more models, whose hyper-parameters are taken, and are where the process starts. */
function fit(
  kind: Kind,
  rows: readonly Shares[],
  targets: readonly number[],
  msPerByte: number | undefined,
  before?: Fit,
): Fit {
  const types = [...new Set(rows.flatMap(({ byType }) => [...byType.keys()]))].sort();
  if (kind === "constant") {
    // With so few models the types' own errors are not in those of models left out.
    const settled = rows.length < fewestModels.shares ? [] : types;
    return { intercept: trimmedMean(targets), types: Object.fromEntries(settled.map((type) => [type, 0])) };
  }
  const caches = before ? [before.weights?.halfAtBytes] : msPerByte === undefined ? [undefined] : cacheSizes;
  const linear = fitShares(rows, targets, types, caches, msPerByte);
  if (kind === "shares") return linear;
  const inputs = types.filter((type) => deviationOf(rows.map((row) => row.byType.get(type) ?? 0)) > leastDeviation);
  const evaluate = evaluator(linear);
  const rest = targets.map((target, i) => target - evaluate(rows[i]!).log);
  const limit = mostDeviations * scaleOf(rest);
  const process = trainGaussianProcess(
    processInputs(rows, inputs),
    rest.map((value) => Math.max(-limit, Math.min(limit, value))),
    { mean: "constant", ...(before?.process && { start: before.process.state, iterations: foldIterations }) },
  );
  return { ...linear, process: { types: inputs, state: process.toState() } };
}

/** @param caches sizes to choose from, bytes; undefined: models that fit a cache are like others */
function fitShares(
  rows: readonly Shares[],
  targets: readonly number[],
  types: readonly string[],
  caches: readonly (number | undefined)[],
  msPerByte = 0,
): Fit {
  const tables = caches.map((halfAtBytes) => rows.map((row) => linearInputs(row, types, halfAtBytes)));
  const choices = tables.flatMap((values, c) =>
    penalties.map((penalty) => ({
      values,
      penalty,
      halfAtBytes: caches[c],
      loss: lossLeftOut(values, targets, penalty) * (caches[c] === undefined ? clearly : 1),
    })),
  );
  const best = choices.reduce((a, b) => (b.loss < a.loss ? b : a));
  const alike = choices.filter(
    ({ halfAtBytes, loss }) => halfAtBytes === best.halfAtBytes && loss < best.loss / clearly,
  );
  const { values, penalty, halfAtBytes } = alike.at(-1)!;
  const { intercept, coefficients } = robustRidge(values, targets, penalty);
  // Weights from a cache are never dearer.
  if (halfAtBytes !== undefined && coefficients[types.length]! > 0) return fitShares(rows, targets, types, [undefined]);
  return {
    intercept,
    types: Object.fromEntries(types.map((type, i) => [type, coefficients[i]!])),
    ...(halfAtBytes !== undefined && {
      weights: { msPerByte, halfAtBytes, log: coefficients[types.length]! * weightsCount },
    }),
  };
}

function linearInputs({ byType, logSum, memory }: Shares, types: readonly string[], halfAtBytes: number | undefined) {
  const inputs = types.map((type) => byType.get(type) ?? 0);
  return halfAtBytes === undefined ? inputs : [...inputs, weightsCount * cachedShare(memory, logSum, halfAtBytes)];
}

function evaluator(fitted: Fit): (row: Shares) => Evaluation {
  const evaluate = evaluatorOfAll(fitted);
  return (row) => evaluate(tableOf(row), true)[0]!;
}

/** Where nobody asks for the deviation it is NaN. */
function evaluatorOfAll(fitted: Fit) {
  const { process } = fitted;
  const gaussian = process && loadGaussianProcess(process.state);
  return (table: ShareTable, withDeviation: boolean): Evaluation[] => {
    const linear = linearLogs(table, fitted);
    if (gaussian === undefined) return linear.map((log) => ({ log, deviation: 0 }));
    const inputs = columnsOf(table, process!.types);
    if (!withDeviation) {
      const rest = gaussian.mean(inputs);
      return linear.map((log, i) => ({ log: log + rest[i]!, deviation: Number.NaN }));
    }
    const { mean: rest, variance, noiseVariance } = gaussian.posterior(inputs);
    return linear.map((log, i) => ({ log: log + rest[i]!, deviation: Math.sqrt(variance[i]! + noiseVariance) }));
  };
}

function linearLogs({ types, shares, logSums, memory }: ShareTable, { intercept, types: coefficients, weights }: Fit) {
  const own = types.map((type) => coefficients[type] ?? 0);
  return Array.from(logSums, (logSum, i) => {
    let log = intercept + (weights ? weights.log * cachedShare(memory[i]!, logSum, weights.halfAtBytes) : 0);
    for (let t = 0; t < own.length; t++) log += shares[i * own.length + t]! * own[t]!;
    return log;
  });
}

function deviationOf(values: readonly number[]): number {
  const centre = values.reduce((total, value) => total + value, 0) / values.length;
  return Math.sqrt(values.reduce((total, value) => total + (value - centre) ** 2, 0) / values.length);
}
