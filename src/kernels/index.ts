/**
 * Kernels: the catalogue of kernel types, their configs and features, and the detection of kernels in a graph.
 * In: a Graph, or configs. Out: kernels, validated configs, feature vectors, the graph of a kernel as a model of its own.
 * May import base and graph.
 */
export * from "./catalogue.js";
export * from "./config.js";
export * from "./cost.js";
export * from "./detection/index.js";
export * from "./features.js";
export { type Formula, parseFormula } from "./formula.js";
export { broadcastFields, imageSize } from "./types/binary.js";
export { transposeFields } from "./types/layout.js";
export * from "./types.js";
export * from "./user-types.js";
