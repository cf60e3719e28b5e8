/**
 * Graph → bytes that an engine loads. In: a Graph (weights without values allowed). Out: a model file's bytes.
 * May import base, graph and formats.
 */

export { writeNcnn } from "./ncnn/write.js";
export * from "./onnx/write.js";
export { quantizeGraph } from "./quantize.js";
export { settleModel } from "./settle.js";
export type { Settlement } from "./settlement.js";
export { writeTflite } from "./tflite/write.js";
