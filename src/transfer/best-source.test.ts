import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelPredictor } from "../predictors/index.js";
import { completed } from "./best-source.js";

const predictor = (type: string, samples: number) => ({ type, samples }) as KernelPredictor;
const mapOf = (...predictors: KernelPredictor[]) => new Map(predictors.map((one) => [one.type, one]));

test("a source that is kept takes over kernel types that it lacks, or knows far less of", () => {
  const source = mapOf(predictor("fc", 100), predictor("einsum", 8), predictor("add", 50));
  const own = mapOf(predictor("fc", 150), predictor("einsum", 30), predictor("conv-1d", 5));
  const found = completed(source, own);
  assert.deepEqual(
    [...found].map(([type, { samples }]) => [type, samples]),
    [
      ["fc", 100],
      ["einsum", 30],
      ["add", 50],
      ["conv-1d", 5],
    ],
  );
});
