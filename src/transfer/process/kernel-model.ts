/**
 * One kernel type on the target: an ensemble, and intervals around it. They are conformal (CV+): the error of each measured
 * config under an ensemble that has not seen it, divided by the ensemble's own deviation there, so that intervals are wide
 * where little was measured. Barber et al., 2021, "Predictive inference with the jackknife+".
 */
import { mean, median, relativeErrorOfLog } from "../../base/index.js";
import { type DesignRows, selectDesignRows } from "./design.js";
import { fitEnsemble } from "./ensemble.js";
import type { MemberOptions } from "./members.js";
import type { ProcessForm } from "./process-likelihood.js";

export interface KernelModel {
  /** Relative error of each measured row, predicted without it. */
  readonly heldOutErrors: Float64Array;
  /** ln(measured ÷ predicted) of the same rows. */
  readonly heldOutLogs: Float64Array;
  /** |ln(measured ÷ predicted)| divided by the deviation expected there. */
  readonly scores: Float64Array;
  /** ln ms, and the deviation that `scores` are multiples of. In the order of the rows. */
  predict(rows: DesignRows): { readonly mean: Float64Array; readonly deviation: Float64Array };
  readonly hyperparameters: readonly Float64Array[];
}

/** `measured`: indices into `population` of the measured rows; `y`: their ln ms. */
export function fitKernelModel(
  population: DesignRows,
  measured: readonly number[],
  y: Float64Array,
  form: ProcessForm,
  options: MemberOptions = {},
): KernelModel {
  const ensemble = fitEnsemble(selectDesignRows(population, measured), y, form, options);
  const logErrors = ensemble.heldOut.error.map(Math.abs);
  // With few rows the process knows neither its noise nor how it grows: half way (in logs) between its word and the mean error.
  const floor = median(logErrors);
  const typical = mean(logErrors) || 1;
  const widen = (deviation: Float64Array) => deviation.map((d) => Math.sqrt(Math.hypot(d, floor) * typical));
  const expected = widen(ensemble.heldOut.deviation);
  return {
    heldOutErrors: ensemble.heldOut.error.map((error) => relativeErrorOfLog(-error)),
    heldOutLogs: ensemble.heldOut.error,
    scores: logErrors.map((error, i) => error / expected[i]!),
    hyperparameters: ensemble.hyperparameters,
    predict(rows) {
      const { mean, deviation } = ensemble.predict(rows);
      return { mean, deviation: widen(deviation) };
    },
  };
}
