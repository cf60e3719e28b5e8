/**
 * What a search needs of the workspace. In: a request with names, files and platform ids. Out: the problem that `search` solves, its
 * state as kept on disk, networks of a front measured, and the report with its files.
 */
export { writeSearchFiles } from "./files.js";
export { openSearchJournal, type SearchJournal, type SearchProgress, type Verified } from "./journal.js";
export { openPredictors, type Predictors, type PredictorsRequest, problemWith } from "./predictors.js";
export { bestEntries, describeFront, standingFront } from "./report.js";
export { checkRequest, defaultEvaluations, defaultObjectives, type SearchRequest } from "./request.js";
export { attachedPlatform, measureFront } from "./verify.js";
