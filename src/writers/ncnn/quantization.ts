/**
 * int8 as ncnn's own tool writes it: weights symmetric with a scale for each output channel, the input with one scale;
 * the layer quantises its input and returns floats. Scales multiply: stored = real · scale.
 */
import type { Weight } from "./network.js";

/** Inputs are taken to lie within this bound: four standard deviations of activations near 1. */
const inputBound = 4;
export const inputScale = 127 / inputBound;

export function quantized(values: Float32Array, channels: number): { weights: Weight; scales: Float32Array } {
  const perChannel = values.length / channels;
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let largest = 1e-6;
    for (let i = 0; i < perChannel; i++) largest = Math.max(largest, Math.abs(values[channel * perChannel + i]!));
    scales[channel] = 127 / largest;
  }
  const whole = Int8Array.from(values, (value, i) => Math.round(value * scales[Math.floor(i / perChannel)]!));
  return { weights: { values: whole, tagged: true }, scales };
}
