/** The contract kits (`litepred/testing`): each runs over every member of its family, ours or yours. */
export { checkEngine, type EngineKit } from "./engine.js";
export { checkGraphLaws } from "./graph-laws.js";
export { kernelPredictorContract } from "./kernel-predictor.js";
export { type LearnerSubject, learnerContract } from "./learner.js";
export { type ReaderContract, readOrRefuse, testReader } from "./reader.js";
export { samplerContract } from "./sampler.js";
export { spaceContract } from "./space.js";
export { storeContract } from "./store.js";
export { transferMethodContract } from "./transfer-method.js";
export { testWriter, type WriterContract } from "./writer.js";
