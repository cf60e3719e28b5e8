/**
 * The predictor pool on disk: list, load, save, verify; hashes, never code.
 * In: folders. Out: artefacts with provenance. May import predictors, base.
 */
export * from "./pool.js";
