/**
 * In: the bytes of an ONNX model and tensors. Out: tensors. The only door to onnxruntime-node for learning and
 * prediction (engines that are measured have doors of their own in engines). The native library is loaded at the
 * first session, so importing this folder is free. May import: base.
 */

export type { ComputeBackend, ComputeOptions, ComputeSession, TensorData } from "../base/index.js";
export { createSession, onnxRuntime } from "./onnx-runtime.js";
