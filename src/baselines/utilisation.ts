/**
 * Utilisation bounded by a roofline (NeuSight: Lee, Phanishayee and Mahajan, ASPLOS 2025): latency = the roofline's time ÷ a utilisation
 * between 0 and 1, and what is learned is the utilisation, so that no prediction is faster than the device can be.
 *
 * Differs: NeuSight has the peaks from data sheets and learns from tiles that a network knows; here the peaks are the most that the
 * measured rows reached, and the utilisation's logit is linear in the sources' and in the logarithms of the config. Kernel types without
 * a formula of their FLOPs have no roofline: there it is the log-linear law.
 */
import { type Matrix, ridgeRegression } from "../learning/index.js";
import { configRow, logLinear } from "./log-linear.js";
import type { Baseline, BaselineRows } from "./rows.js";

const penalty = 1e-3;
/** Utilisation is kept inside 0 and 1 by so much. Choice. */
const least = 1e-3;

interface Peaks {
  readonly flops: number;
  readonly bytes: number;
}

export const utilisation: Baseline = (rows, latenciesMs) => {
  if (rows.configs.some((config) => !(rows.type.flops(config) > 0))) return logLinear(rows, latenciesMs);
  const own = peaksOf(rows, latenciesMs);
  const sources = rows.sourcesMs.map((ms) => peaksOf(rows, ms));
  const y = Array.from(latenciesMs, (ms, i) => logit(roofline(rows, own, i) / ms));
  const fit = ridgeRegression(columns(rows, sources), y, { penalty });
  return (wanted) => {
    const x = columns(wanted, sources);
    return Float64Array.from({ length: x.rows }, (_, i) => {
      let z = fit.intercept;
      for (let j = 0; j < x.columns; j++) z += fit.coefficients[j]! * x.values[i * x.columns + j]!;
      return roofline(wanted, own, i) * (1 + Math.exp(-z));
    });
  };
};

/** Bytes are those of FP32. */
const bytesOf = ({ type, configs }: BaselineRows, i: number): number => {
  const { input, output, weight } = type.elements(configs[i]!);
  return 4 * (input + output + weight);
};

/** The most work per millisecond that any row reached. */
function peaksOf(rows: BaselineRows, latenciesMs: ArrayLike<number>): Peaks {
  let [flops, bytes] = [0, 0];
  for (const [i, config] of rows.configs.entries()) {
    flops = Math.max(flops, rows.type.flops(config) / latenciesMs[i]!);
    bytes = Math.max(bytes, bytesOf(rows, i) / latenciesMs[i]!);
  }
  return { flops, bytes };
}

function roofline(rows: BaselineRows, { flops, bytes }: Peaks, i: number): number {
  return Math.max(rows.type.flops(rows.configs[i]!) / flops, bytes > 0 ? bytesOf(rows, i) / bytes : 0);
}

const logit = (u: number): number => {
  const inside = Math.min(1 - least, Math.max(least, u));
  return Math.log(inside / (1 - inside));
};

function columns(rows: BaselineRows, sources: readonly Peaks[]): Matrix {
  const values = rows.configs.map((config, i) => [
    ...rows.sourcesMs.map((ms, s) => logit(roofline(rows, sources[s]!, i) / ms[i]!)),
    ...configRow(rows.type, config),
  ]);
  return { rows: values.length, columns: values[0]?.length ?? 0, values: Float64Array.from(values.flat()) };
}
