/**
 * Metrics by name. In: predicted and measured latencies, index-aligned. Out: numbers that print as JSON.
 * May import base; no I/O.
 */
export * from "./metrics.js";
