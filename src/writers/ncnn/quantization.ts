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
  const whole = new Int8Array(values.length);
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * perChannel;
    let largest = 1e-6;
    for (let i = from; i < from + perChannel; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = 127 / largest;
    scales[channel] = scale;
    for (let i = from; i < from + perChannel; i++) whole[i] = Math.round(values[i]! * scale);
  }
  return { weights: { values: whole, tagged: true }, scales };
}
