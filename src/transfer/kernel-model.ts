/**
 * One kernel type on the target: an ensemble, and intervals around it. They are conformal (CV+): each measured config is
 * predicted by an ensemble refitted without its fold, hyper-parameters included, and the error is divided by the ensemble's
 * own deviation there, so that intervals are wide where little was measured. Barber et al., 2021, "Predictive inference with
 * the jackknife+".
 */
import { median } from "../base/index.js";
import { conformalQuantile } from "../predictors/index.js";
import { type DesignRows, selectDesignRows } from "./design.js";
import { type Ensemble, fitEnsemble } from "./ensemble.js";
import type { SourcePrior } from "./narrow-prior.js";
import type { ProcessForm } from "./process-likelihood.js";
import type { LatencyPrediction } from "./types.js";

export interface KernelModel {
  /** |ln(measured ÷ predicted)| of each measured row, predicted without it. */
  readonly heldOutErrors: Float64Array;
  /** In the order of the rows. `level` 0–1. */
  predict(rows: DesignRows, level: number): LatencyPrediction[];
  readonly hyperparameters: readonly Float64Array[];
}

export interface KernelModelOptions {
  /** Hyper-parameters of an earlier fit of the same design. */
  readonly start?: readonly Float64Array[];
  readonly learned?: SourcePrior;
  readonly signal?: AbortSignal;
}

/** Few rows are left out one or few at a time; from 100 rows on, five folds say the same at half the cost. Choice. */
const foldsOf = (rows: number): number => (rows < 100 ? Math.min(rows, 10) : 5);
/** Steps of the optimiser from the hyper-parameters fitted on all rows. Choice. */
const foldIterations = 6;

/** `measured`: indices into `population` of the measured rows; `y`: their ln ms. */
export function fitKernelModel(
  population: DesignRows,
  measured: readonly number[],
  y: Float64Array,
  form: ProcessForm,
  options: KernelModelOptions = {},
): KernelModel {
  const rows = selectDesignRows(population, measured);
  const ensemble = fitEnsemble(rows, y, form, options);
  let calibration: Calibration | undefined;
  return {
    heldOutErrors: ensemble.leftOutErrors,
    hyperparameters: ensemble.hyperparameters,
    predict(wanted, level) {
      calibration ??= calibrate(rows, y, form, ensemble, options);
      const { floor, scores } = calibration;
      const factor = conformalQuantile(scores, level);
      const { mean, deviation } = ensemble.predict(wanted);
      return Array.from(mean, (log, i) => {
        const half = factor * Math.hypot(deviation[i]!, floor);
        return { latencyMs: Math.exp(log), lowMs: Math.exp(log - half), highMs: Math.exp(log + half) };
      });
    },
  };
}

interface Calibration {
  /** ln units, added in square to the ensemble's deviation: with few rows its own noise estimate is too small. */
  readonly floor: number;
  /** |error| ÷ width of each row, ascending. */
  readonly scores: readonly number[];
}

/** Errors of each row under an ensemble that has not seen it. A single row says nothing: that of a normal law is taken. */
function calibrate(
  rows: DesignRows,
  y: Float64Array,
  form: ProcessForm,
  whole: Ensemble,
  options: KernelModelOptions,
): Calibration {
  const n = y.length;
  const folds = foldsOf(n);
  const all = Array.from({ length: n }, (_, i) => i);
  if (n < 2) return { floor: 0, scores: [1] };
  const errors: { error: number; deviation: number }[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const kept = all.filter((i) => i % folds !== fold);
    const left = all.filter((i) => i % folds === fold);
    const part = fitEnsemble(
      selectDesignRows(rows, kept),
      Float64Array.from(kept, (i) => y[i]!),
      form,
      {
        ...options,
        start: whole.hyperparameters,
        iterations: foldIterations,
      },
    );
    const { mean, deviation } = part.predict(selectDesignRows(rows, left));
    left.forEach((row, i) => {
      errors.push({ error: Math.abs(y[row]! - mean[i]!), deviation: deviation[i]! });
    });
  }
  const floor = median(errors.map(({ error }) => error));
  const scores = errors.map(({ error, deviation }) => error / Math.hypot(deviation, floor));
  return { floor, scores: scores.sort((a, b) => a - b) };
}
