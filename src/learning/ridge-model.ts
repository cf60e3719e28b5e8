/** Ridge regression as a learner: standardised columns, a light penalty. */
import { LitepredError } from "../base/index.js";
import type { LearnerState, TrainedModel, TrainingSet, TrainOptions } from "./learner.js";
import { ridgeRegression } from "./least-squares.js";
import { fitStandardisation, requireColumns, requireTrainingSet, standardise } from "./standardise.js";

/** Per row, on standardised columns: enough to keep collinear columns apart, too little to bend a clear trend. */
const PENALTY = 1e-3;

export function trainRidge({ x, y, weights }: TrainingSet, { signal }: TrainOptions): TrainedModel {
  if (signal?.aborted) throw new LitepredError("interrupted", "training was interrupted");
  requireTrainingSet(x, y, weights);
  const columns = fitStandardisation(x);
  const values = standardise(x, columns);
  const penalty = PENALTY * x.rows;
  const fit = ridgeRegression({ ...x, values }, y, weights === undefined ? { penalty } : { penalty, weights });
  const slopes = fit.coefficients.map((c, j) => c / columns.deviation[j]!);
  const intercept = slopes.reduce((rest, slope, j) => rest - slope * columns.mean[j]!, fit.intercept);
  return createRidge(intercept, slopes);
}

/** @throws LitepredError "corrupt-artefact" */
export function loadRidge(state: LearnerState): TrainedModel {
  const slopes = state.arrays.slopes?.values;
  const intercept = state.settings.intercept;
  if (slopes === undefined || typeof intercept !== "number" || !slopes.every(Number.isFinite))
    throw new LitepredError("corrupt-artefact", "state of a ridge regression without intercept and slopes");
  return createRidge(intercept, Float64Array.from(slopes));
}

function createRidge(intercept: number, slopes: Float64Array): TrainedModel {
  const inputs = slopes.length;
  return {
    inputs,
    async predict(x) {
      requireColumns(x, inputs);
      return Float64Array.from({ length: x.rows }, (_, i) =>
        slopes.reduce((total, slope, j) => total + slope * x.values[i * inputs + j]!, intercept),
      );
    },
    toState: () => ({
      learner: "ridge",
      version: 1,
      settings: { intercept },
      arrays: { slopes: { shape: [inputs], values: slopes } },
    }),
    async release() {},
  };
}
