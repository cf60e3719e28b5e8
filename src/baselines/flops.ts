/** The proxy that papers still use: latency = a + b·FLOPs + c·parameters, non-negative, weighted for relative error. */
import { nonNegativeLeastSquares } from "../learning/index.js";
import type { Baseline, BaselineRows } from "./rows.js";

/** Needs no source. A type without formulas has 0 FLOPs, so its prediction is a constant. */
export const flopsLinear: Baseline = (rows, latenciesMs) => {
  const weights = Float64Array.from(latenciesMs, (ms) => 1 / (ms * ms));
  const [a = 0, b = 0, c = 0] = nonNegativeLeastSquares(terms(rows), latenciesMs, weights);
  return (wanted) => {
    const { values } = terms(wanted);
    return Float64Array.from(wanted.configs, (_, i) =>
      Math.max(a + b * values[i * 3 + 1]! + c * values[i * 3 + 2]!, 1e-6),
    );
  };
};

function terms({ type, configs }: BaselineRows) {
  const values = Float64Array.from(configs.flatMap((config) => [1, type.flops(config), type.params(config)]));
  return { rows: configs.length, columns: 3, values };
}
