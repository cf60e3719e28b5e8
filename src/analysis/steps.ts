/** The steps of a kernel's latency as one number of its config changes: blocks of channels, tiles of an image. */
import { type KernelConfig, kernelTypeOf, validateConfig } from "../kernels/index.js";
import type { KernelPredictor } from "../predictors/index.js";

export interface StepPoint {
  readonly value: number;
  readonly latencyMs: number;
  /** Within the range of the measurements it was trained on. */
  readonly known: boolean;
}

/** Numbers of a config that are worth varying: those that the type gives a range. */
export function variableFields(type: string): string[] {
  return kernelTypeOf(type)
    .fields.filter((field) => field.kind === "integer")
    .map(({ name }) => name);
}

/** Points of a curve. Choice: a step of one channel is seen up to this many. */
const mostPoints = 160;

/** From half to twice the value, every value where that is at most `mostPoints`; configs that are impossible are left out. */
export async function stepCurve(kernel: KernelPredictor, config: KernelConfig, field: string): Promise<StepPoint[]> {
  const at = Number(config[field]);
  const [from, to] = [Math.max(1, Math.floor(at / 2)), Math.max(8, at * 2)];
  const stride = Math.max(1, Math.ceil((to - from) / mostPoints));
  const configs: KernelConfig[] = [];
  for (let value = from + ((at - from) % stride); value <= to; value += stride) {
    const varied = { ...config, [field]: value };
    if (validateConfig(kernel.type, varied) === undefined) configs.push(varied);
  }
  const latencies = await kernel.predict(configs);
  return configs.map((varied, i) => ({
    value: Number(varied[field]),
    latencyMs: latencies[i]!,
    known: kernel.outOfRange(varied) === undefined,
  }));
}
