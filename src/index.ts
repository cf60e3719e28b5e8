/**
 * The public API, in pipeline order: read, detect, predict, measure, train, adapt, search. `examples/` shows each in a few lines.
 */
export { type AccuracyPrediction, loadAccuracy } from "./accuracy/index.js";
export type { AdaptReport, AdaptRequest } from "./adapting/index.js";
export { LitepredError } from "./base/index.js";
export { createSyntheticEngine, type Engine, engineNames, loadEngine } from "./engines/index.js";
export type { CheckRequest } from "./gate/index.js";
export type { Graph, GraphNode, Tensor } from "./graph/index.js";
export { createGraphBuilder } from "./graph/index.js";
export { adaptPlatform } from "./jobs/adapt.js";
export { type ArchitectureAnswer, type ArchitectureDesk, openArchitectures } from "./jobs/architectures.js";
export { checkModels } from "./jobs/check.js";
export { type ImportReport, importTables } from "./jobs/import.js";
export { type MeasureFilesRequest, measureFiles } from "./jobs/measure.js";
export { type ModelReport, predictModels } from "./jobs/predict.js";
export { renderReport, reportModels } from "./jobs/report.js";
export { type FoundArchitecture, type SearchReport, type SearchRequest, search } from "./jobs/search.js";
export { type TrainReport, type TrainRequest, trainPlatform } from "./jobs/train.js";
export {
  createUserKernelType,
  type Detection,
  detectKernels,
  type FusionRules,
  fusionRules,
  type Kernel,
  type KernelConfig,
  kernelTypeNames,
  kernelTypeOf,
} from "./kernels/index.js";
export { type Measurement, openStore, type Store } from "./measurements/index.js";
export type { MeasuredFile } from "./measuring/index.js";
export { formatPlatformId, type Platform, parsePlatformId } from "./platforms/index.js";
export { openPool, type Pool } from "./pool/index.js";
export {
  loadPlatformPredictor,
  type ModelPrediction,
  type PlatformPredictor,
  platformRules,
  readArtefact,
  trainKernelPredictor,
} from "./predictors/index.js";
export { profileKernels, protocols } from "./profiling/index.js";
export { type ReadOptions, readModel } from "./readers/index.js";
export { onnxRuntime } from "./runtime/index.js";
export { collectStatistics, loadSampler, planKernels } from "./sampling/index.js";
export {
  type AccuracyPredictor,
  hypervolume,
  type LatencyPredictor,
  latencyOf,
  type SearchProblem,
  type SearchState,
  searchFrom,
} from "./search/index.js";
export {
  createUserSpace,
  kernelLists,
  loadSpace,
  type Space,
  spaceNames,
  type UserSpaceDefinition,
} from "./spaces/index.js";
export { loadTransferMethod, type TransferMethod } from "./transfer/index.js";
export type { PredictRequest } from "./workspace/index.js";
export { readModelFile } from "./workspace/index.js";
export { writeOnnx } from "./writers/index.js";
