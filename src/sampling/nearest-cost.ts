/** What kernels cost on a platform of which a few were measured: how far off the roofline is for those most like them. */
import { median } from "../base/index.js";
import { extractFeatures, type Kernel, type KernelConfig } from "../kernels/index.js";
import type { KernelRows } from "../measurements/index.js";
import { rooflineMs } from "./statistics.js";

/** Neighbours whose median counts. Choice: one alone may be an odd one. */
const neighbours = 3;

/**
 * Milliseconds of a kernel: the roofline's, times the median ratio to it of the nearest measured configs of its type (distance over standardised
 * features); the roofline's where nothing of the type was measured. Only for proportions: depthwise convolutions of 7 × 7 take ten
 * times as long per FLOP as those of 3 × 3 on some engines, and the roofline knows none of it.
 */
export function nearestCost(measured: readonly KernelRows[]): (kernel: Pick<Kernel, "type" | "config">) => number {
  const ratios = new Map(
    measured.filter(({ configs }) => configs.length > 0).map((rows) => [rows.type, ratioOf(rows)]),
  );
  return (kernel) => rooflineMs(kernel) * (ratios.get(kernel.type)?.(kernel.config) ?? 1);
}

function ratioOf({ type, configs, latenciesMs }: KernelRows): (config: KernelConfig) => number {
  const known = configs.map((config, i) => latenciesMs[i]! / rooflineMs({ type, config }));
  const rows = extractFeatures(type, configs, "derived");
  const width = rows.length / configs.length;
  const scales = Array.from({ length: width }, (_, column) => scaleOf(rows, column, width));
  return (config) => {
    const wanted = extractFeatures(type, [config], "derived");
    const distance = (row: number) =>
      scales.reduce((sum, scale, c) => sum + ((rows[row * width + c]! - wanted[c]!) * scale) ** 2, 0);
    const nearest = known
      .map((ratio, row) => ({ ratio, at: distance(row) }))
      .sort((a, b) => a.at - b.at)
      .slice(0, neighbours);
    return median(nearest.map(({ ratio }) => ratio));
  };
}

/** 1 ÷ standard deviation; 0 for a column that says nothing. */
function scaleOf(rows: Float32Array, column: number, width: number): number {
  const count = rows.length / width;
  let [sum, squares] = [0, 0];
  for (let at = column; at < rows.length; at += width) {
    sum += rows[at]!;
    squares += rows[at]! ** 2;
  }
  const variance = squares / count - (sum / count) ** 2;
  return variance > 1e-9 ? 1 / Math.sqrt(variance) : 0;
}
