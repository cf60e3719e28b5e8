/**
 * Do the doubts of fallbacks hold? Every kernel that was measured is estimated as though its type had no predictor, from its work alone, and
 * held against the doubt that such an estimate comes with. Each type counts the same, however many of its configs were measured. Pure.
 */
import { median } from "../../base/index.js";
import { kernelTypeOf } from "../../kernels/index.js";
import type { KernelRows } from "../../measurements/index.js";
import { doubtOf, type GeneralRoofline, generalLatencyMs } from "../../predictors/index.js";

export interface FallbackType {
  readonly type: string;
  readonly n: number;
  /** Measured ÷ estimated: median. */
  readonly ratio: number;
  /** Share of the kernels within their doubt. */
  readonly inside: number;
}

export interface FallbackReport {
  readonly types: readonly FallbackType[];
  /** Mean over the types. */
  readonly inside: number;
}

export function describeFallbacks(general: GeneralRoofline, rows: readonly KernelRows[]): FallbackReport {
  const types = rows.map((ofType) => describeType(general, ofType));
  return { types, inside: types.reduce((sum, { inside }) => sum + inside, 0) / types.length };
}

function describeType(general: GeneralRoofline, { type, configs, latenciesMs }: KernelRows): FallbackType {
  const row = kernelTypeOf(type);
  const ratios = configs.map((config, i) => {
    const kernel = { type, config, flops: row.flops(config), params: row.params(config) };
    return latenciesMs[i]! / generalLatencyMs(general, kernel);
  });
  const widest = doubtOf({ type });
  const inside = ratios.filter((ratio) => Math.abs(Math.log(ratio)) <= widest).length / ratios.length;
  return { type, n: ratios.length, ratio: median(ratios), inside };
}
