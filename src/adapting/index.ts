/**
 * A platform's predictor, from what the store has and what is still to be measured. In: a request, a store, sources of the pool. Out: the
 * predictor in the pool, and what is to be said of it.
 */
export { type FitRequest, type FittedFile, fitAndSave, loadSources, provenanceOf } from "./fit.js";
export { type AdaptReport, describe } from "./report.js";
export {
  type AdaptRequest,
  candidatesPerMeasurement,
  measureForCorrection,
  measureInContext,
  minutesOfKernels,
  openTarget,
} from "./target.js";
