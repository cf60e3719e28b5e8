/** Errors, the compute contract, seeded random, statistics, hashing: no domain word. Everything may import this folder; it imports nothing. */
export * from "./accuracy.js";
export * from "./bad-files.js";
export * from "./compute.js";
export * from "./conformal.js";
export * from "./divergence.js";
export * from "./errors.js";
export * from "./file-faults.js";
export * from "./files.js";
export type { Finding } from "./finding.js";
export * from "./folds.js";
export * from "./grouping.js";
export * from "./hashing.js";
export * from "./lookup.js";
export * from "./package-root.js";
export * from "./plain-files.js";
export * from "./random.js";
export * from "./statistics.js";
export * from "./text.js";
