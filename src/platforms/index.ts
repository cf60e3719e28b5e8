/**
 * What a platform is and what it is called.
 * In: an id such as `local/cpu/onnxruntime-node/fp32`, the system's description of its CPU. Out: a Platform, its
 * canonical id, CPU facts. May import base.
 */
export * from "./cpu.js";
export * from "./gpu.js";
export * from "./local.js";
export * from "./platform.js";
