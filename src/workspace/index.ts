/**
 * What a user names, found and opened. In: platform ids, model files, folders of predictors. Out: platforms ready to be measured, graphs,
 * each model with each platform's predictor; for what there is not, an error that says what there is.
 */
export {
  type Asked,
  askEach,
  checkLevel,
  type NamedGraph,
  namedGraph,
  type PredictRequest,
  readFiles,
  type Subject,
} from "./asking.js";
export { localNchwcBlock, measuredNchwcBlock, openLocalPlatform, resolvePlatformId, rulesOf } from "./platform.js";
export {
  assumptions,
  type ModelUse,
  parseInputShapes,
  readModelBytes,
  readModelFile,
  readModelInterface,
  settledModel,
} from "./read-model.js";
