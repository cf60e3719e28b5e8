import assert from "node:assert/strict";
import { test } from "node:test";
import { createUserKernelType } from "../../kernels/index.js";
import { mlp16 } from "../../learning/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import type { Source } from "../types.js";
import { createLitepredMethod, trainPublishedNetwork } from "./litepred.js";

const type = createUserKernelType("block", ["hw", "cin"]);
const configs = Array.from({ length: 40 }, (_, i) => ({ hw: 1 + (i % 8), cin: 1 + Math.floor(i / 8) }));
const law = (speed: number) => (c: { hw: number; cin: number }) => (1 + c.hw * c.cin) / speed;

/** The published recipe with two layers, so that the test is fast. */
const recipe = {
  ...mlp16,
  layers: [
    { units: 16, activation: "relu" as const },
    { units: 1, activation: "identity" as const },
  ],
  epochs: 60,
  batch: 8,
  learningRate: 1e-2,
};

function source(platform: string, latency: (c: { hw: number; cin: number }) => number, asked: string[]): Source {
  const table = { configs, latenciesMs: Float64Array.from(configs, latency) };
  return {
    platform,
    table,
    latencies: async (wanted) => Float64Array.from(wanted as typeof configs, latency),
    network: () => {
      asked.push(platform);
      return trainPublishedNetwork(onnxRuntime, type, table, {}, recipe);
    },
  };
}

test("the network of the source of lowest divergence, and of no other, is finetuned to the target", async () => {
  const asked: string[] = [];
  const sources = [source("inverse", (c) => 1 / (c.hw * c.cin), asked), source("twice as fast", law(2), asked)];
  const target = law(1);
  const adaptation = await createLitepredMethod(onnxRuntime, recipe).adapt({
    kernels: [{ type, candidates: configs, sources }],
    measure: async (requests) =>
      requests.map(({ config }) => ({ status: "measured", latencyMs: target(config as (typeof configs)[0]) })),
    budget: 20,
    seed: 1,
  });
  assert.deepEqual(asked, ["twice as fast"]);
  const kernel = adaptation.kernels.get("block")!;
  assert.deepEqual(kernel.donors, ["twice as fast"]);
  assert.equal(adaptation.measurementsUsed, 20);
  const predictions = await kernel.predict(configs);
  const errors = predictions.map((p, i) => Math.abs(p.latencyMs / target(configs[i]!) - 1)).sort((a, b) => a - b);
  assert.ok(errors[20]! < 0.25, `median error ${errors[20]}`);
  assert.ok(predictions.every((p) => p.lowMs <= p.latencyMs && p.latencyMs <= p.highMs));
});

test("for the ablation the source of median or highest divergence is finetuned alike", async () => {
  const sources = (asked: string[]) => [
    source("inverse", (c) => 1 / (c.hw * c.cin), asked),
    source("twice as fast", law(2), asked),
    source("flat", (c) => 1 + 0.01 * c.hw, asked),
  ];
  const donors: string[] = [];
  for (const rank of ["lowest", "median", "highest"] as const) {
    const adaptation = await createLitepredMethod(onnxRuntime, { ...recipe, epochs: 2 }, rank).adapt({
      kernels: [{ type, candidates: configs, sources: sources([]) }],
      measure: async (requests) =>
        requests.map(({ config }) => ({ status: "measured", latencyMs: law(1)(config as (typeof configs)[0]) })),
      budget: 20,
      seed: 1,
    });
    donors.push(...adaptation.kernels.get("block")!.donors);
  }
  assert.deepEqual(donors, ["twice as fast", "flat", "inverse"]);
});
