/**
 * The model graph: nodes, tensors, shapes; immutable data and pure questions about it.
 * In: node descriptions. Out: a Graph with every shape known. May import base.
 */

export * from "./activations.js";
export * from "./axis-order.js";
export * from "./builder.js";
export * from "./convolutions.js";
export * from "./data-types.js";
export * from "./graph.js";
export * from "./layers.js";
export * from "./padding.js";
export * from "./shape-inference.js";
