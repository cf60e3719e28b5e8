/**
 * A gate's two ways to find what it judges. In: models, limits, what they are compared with. Out: for each model a row with its verdict,
 * and its entry of a baseline. Predicted by today's predictor, or measured in turns with the model of before.
 */
export { saveBaseline } from "./baseline.js";
export { findBefore } from "./before.js";
export type { Checked, CheckRequest } from "./check-row.js";
export { checkMeasured } from "./measured.js";
export { checkPredicted } from "./predicted.js";
