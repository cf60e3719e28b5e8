/**
 * Findings as files to send and to show: HTML, CSV, Markdown, traces, JUnit. In: plain data (predictions with their analysis, checks).
 * Out: text. Names in a model file are others' text: every writer escapes them. Pure.
 * May import analysis, predictors, kernels, base.
 */
export * from "./check-summary.js";
export * from "./csv.js";
export { csvCell } from "./escape.js";
export type * from "./front.js";
export * from "./front-csv.js";
export * from "./front-page.js";
export * from "./front-picture.js";
export * from "./html.js";
export * from "./junit.js";
export * from "./model-explorer.js";
export * from "./report-data.js";
export * from "./report-markdown.js";
export * from "./trace.js";
