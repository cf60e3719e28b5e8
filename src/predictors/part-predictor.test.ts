import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { packagePath } from "../base/index.js";
import { activation, createGraphBuilder } from "../graph/index.js";
import { loadPlatformPredictor, readArtefact } from "./artefact.js";
import { createPartsPredictor } from "./part-predictor.js";

const file = packagePath("pool", "epyc-f25m17_cpu_onnxruntime-node@1.30.0_fp32.safetensors");

/** Convolutions on an image of `size`, one after the other. */
function stage(channels: number, size: number, layers: number) {
  const b = createGraphBuilder("stage");
  let x = b.input("x", [1, channels, size, size]);
  for (let i = 0; i < layers; i++) {
    const weights = b.constant([channels, channels, 3, 3]);
    x = activation(b, b.node("Conv", [x, weights], { pads: [1, 1, 1, 1] }), "relu");
  }
  return b.build([x]);
}

test("a model of parts takes what predict says of all its kernels, whether it stays in the cache or not", async () => {
  const predictor = await loadPlatformPredictor(readArtefact(new Uint8Array(readFileSync(file))));
  const predict = createPartsPredictor(predictor);
  for (const [channels, size] of [
    [8, 8],
    [64, 28],
  ] as const) {
    const parts = [predictor.detect(stage(channels, size, 2)), predictor.detect(stage(channels, size, 3))];
    const copiedElements = parts.reduce((sum, { copiedElements = 0 }) => sum + copiedElements, 0);
    const whole = await predictor.predict({ kernels: parts.flatMap(({ kernels }) => kernels), copiedElements });
    const [sum] = await predict([parts], 0.9);
    assert.ok(
      Math.abs(sum!.latencyMs / whole.latencyMs - 1) < 1e-6,
      `${channels}: ${sum!.latencyMs}, ${whole.latencyMs}`,
    );
    assert.ok(Math.abs(sum!.highMs / whole.interval.highMs - 1) < 1e-6);
  }
  await predictor.release();
});
