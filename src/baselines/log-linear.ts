/** The closed form that any trained predictor has to beat: ln target is linear in the sources' ln latencies and the ln config. */
import type { KernelConfig, KernelType } from "../kernels/index.js";
import { type Matrix, ridgeRegression } from "../learning/index.js";
import type { Baseline, BaselineRows } from "./rows.js";

/** Least squares; the penalty only decides between equivalent solutions when rows are fewer than columns. */
const penalty = 1e-6;

export const logLinear: Baseline = (rows, latenciesMs) => {
  const fit = ridgeRegression(columns(rows), Array.from(latenciesMs, Math.log), { penalty });
  return (wanted) => {
    const x = columns(wanted);
    return Float64Array.from({ length: x.rows }, (_, i) => {
      let log = fit.intercept;
      for (let j = 0; j < x.columns; j++) log += fit.coefficients[j]! * x.values[i * x.columns + j]!;
      return Math.exp(log);
    });
  };
};

function columns({ type, configs, sourcesMs }: BaselineRows): Matrix {
  const rows = configs.map((config, i) => [...sourcesMs.map((ms) => Math.log(ms[i]!)), ...configRow(type, config)]);
  return { rows: rows.length, columns: rows[0]?.length ?? 0, values: Float64Array.from(rows.flat()) };
}

/** ln of sizes (0 counts as ½, so that flags stay finite), flags of choices. */
export function configRow(type: KernelType, config: KernelConfig): number[] {
  return type.fields.flatMap((field) => {
    const value = config[field.name]!;
    if (field.kind === "choice") return field.choices.slice(1).map((choice) => (choice === value ? 1 : 0));
    return [Math.log(Math.max(Number(value), 0.5))];
  });
}
