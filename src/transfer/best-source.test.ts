import assert from "node:assert/strict";
import { test } from "node:test";
import { type KernelPredictor, noCorrection } from "../predictors/index.js";
import { blended, completed, withUnseen } from "./best-source.js";
import type { MeasuredNetwork } from "./types.js";

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

test("both together, where they know about as much; a blend is no part of another", () => {
  const row = (type: string, samples: number, parts?: object) =>
    ({
      type,
      samples,
      heldOut: { mape: 0.1 },
      toState: () => ({ type, ...(parts && { blended: [parts] }) }),
    }) as KernelPredictor;
  const source = mapOf(row("fc", 100), row("einsum", 8), row("add", 50), row("mul", 400), row("split", 50, {}));
  const own = mapOf(row("fc", 150), row("einsum", 30), row("conv-1d", 5), row("mul", 40), row("split", 60));
  const found = blended([source], own);
  assert.deepEqual(
    [...found].map(([type, { samples }]) => [type, samples]),
    [
      ["fc", 250],
      ["einsum", 30],
      ["add", 50],
      ["mul", 400],
      ["split", 50],
      ["conv-1d", 5],
    ],
  );
});

test("of several sources those that know about as much; the likest decides where it knows far more", () => {
  const row = (type: string, samples: number) =>
    ({ type, samples, heldOut: { mape: 0.1 }, toState: () => ({ type }) }) as KernelPredictor;
  const likest = mapOf(row("fc", 100), row("add", 500));
  const further = mapOf(row("fc", 80), row("add", 60), row("mul", 60));
  const own = mapOf(row("fc", 50), row("add", 50), row("mul", 50));
  assert.deepEqual(
    [...blended([likest, further], own)].map(([type, { samples }]) => [type, samples]),
    [
      ["fc", 230],
      ["add", 500],
      ["mul", 50],
    ],
  );
});

test("what networks lack comes from the blend with like sources, what they have from here", () => {
  const own = { kernels: mapOf(predictor("fc", 150), predictor("einsum", 30)), correction: noCorrection, general: [1] };
  const pair = { kernels: mapOf(predictor("fc", 250), predictor("einsum", 180), predictor("recurrent", 150)) };
  const networks = [{ detection: { kernels: [{ type: "fc" }] }, measuredMs: 1 }] as unknown as MeasuredNetwork[];
  const samplesOf = ({ kernels }: { kernels: ReadonlyMap<string, KernelPredictor> }) =>
    [...kernels].map(([type, { samples }]) => [type, samples]);
  assert.deepEqual(samplesOf(withUnseen(own, pair, networks)), [
    ["fc", 150],
    ["einsum", 180],
    ["recurrent", 150],
  ]);
  assert.deepEqual(samplesOf(withUnseen(own, undefined, networks)), samplesOf(own));
});
