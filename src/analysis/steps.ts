/** The steps of a kernel's latency as one number of its config changes: blocks of channels, tiles of an image. */
import { type KernelConfig, kernelTypeOf, validateConfig } from "../kernels/index.js";
import type { KernelPredictor } from "../predictors/index.js";

/** Configs by their fields, latency in ms last. */
export interface MeasuredTable {
  readonly fields: readonly string[];
  readonly rows: readonly (readonly (number | string)[])[];
}

export interface StepPoint {
  readonly value: number;
  readonly latencyMs: number;
  /** The mean error of held-out kernels of this type, either way: what is usual, not a bound. NaN where it is not known. */
  readonly lowMs: number;
  readonly highMs: number;
  /** Within the range of the measurements it was trained on. */
  readonly known: boolean;
}

/** Numbers of a config that are worth varying: those that the type gives a range. */
export function variableFields(type: string): string[] {
  return kernelTypeOf(type)
    .fields.filter((field) => field.kind === "integer")
    .map(({ name }) => name);
}

/** Measurements of configs that differ from one in a field alone. */
export function measuredAlong(
  { fields, rows }: MeasuredTable,
  config: KernelConfig,
  field: string,
): { readonly value: number; readonly latencyMs: number }[] {
  const at = fields.indexOf(field);
  if (at < 0) return [];
  return rows
    .filter((row) => fields.every((name, i) => i === at || String(row[i]) === String(config[name] ?? "")))
    .map((row) => ({ value: Number(row[at]), latencyMs: Number(row.at(-1)) }))
    .sort((a, b) => a.value - b.value);
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
  const { mape } = kernel.heldOut;
  return configs.map((varied, i) => ({
    value: Number(varied[field]),
    latencyMs: latencies[i]!,
    lowMs: latencies[i]! / (1 + mape),
    highMs: latencies[i]! * (1 + mape),
    known: kernel.outOfRange(varied) === undefined,
  }));
}
