/**
 * The store of measurements, and tables of measurements made elsewhere; SQL appears nowhere else.
 * In: measurements, appended one by one by any number of processes; folders of CSV tables. Out: the same, by platform, kernel
 * type and status. May import base, graph, kernels, platforms, formats.
 */
export * from "./archive.js";
export * from "./kernel-rows.js";
export * from "./measurement.js";
export { writeColumns } from "./parquet.js";
export type { StoreProblem } from "./problem.js";
export * from "./store.js";
export * from "./tables/folder.js";
export { importedProtocol, observation } from "./tables/imported.js";
export * from "./tables/kernel-table.js";
export * from "./tables/raw-table.js";
export { importedTypes, keepUserTypes } from "./tables/user-types.js";
