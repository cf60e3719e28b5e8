/**
 * The store of measurements; SQL appears nowhere else.
 * In: measurements, appended one by one by any number of processes. Out: the same, by platform, kernel type and status.
 * May import base, graph, platforms, formats.
 */
export * from "./archive.js";
export * from "./measurement.js";
export * from "./store.js";
