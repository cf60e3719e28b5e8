/**
 * Everything that is computed, off the page's thread: files are read, kernels detected, predictors evaluated here, by the code that the
 * command line runs. A model never leaves the machine it was dropped on.
 */
import { LitepredError } from "../../src/base/index.js";
import { createModels } from "./models.js";
import { openPool } from "./pool.js";
import { createQuestions, type Questions } from "./questions.js";

const pool = openPool(new URL("pool/", self.location.href).href);
const questions: Questions = createQuestions(pool, createModels());

self.onmessage = async ({ data: { id, method, args } }: MessageEvent) => {
  try {
    const answer = await (questions[method as keyof Questions] as (...args: unknown[]) => unknown)(...args);
    self.postMessage({ id, answer });
  } catch (error) {
    self.postMessage({ id, error: plain(error) });
  }
};

function plain(error: unknown) {
  if (error instanceof LitepredError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: "internal", message: error instanceof Error ? error.message : String(error), hint: "" };
}
