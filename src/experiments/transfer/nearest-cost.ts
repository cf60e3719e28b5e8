/** What kernels cost on a platform of which a few were measured: how far off the roofline is for those most like them. */
import { median } from "../../base/index.js";
import { extractFeatures, type Kernel, type KernelConfig } from "../../kernels/index.js";
import type { KernelRows } from "../../measurements/index.js";
import { rooflineMs } from "../../sampling/index.js";
import { standardColumns } from "../../transfer/index.js";

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
  const standard = standardColumns((config: KernelConfig) => [...extractFeatures(type, [config], "derived")], configs);
  const { columns, values } = standard(configs);
  return (config) => {
    const wanted = standard([config]).values;
    const distance = (row: number) =>
      wanted.reduce((sum, value, column) => sum + (values[row * columns + column]! - value) ** 2, 0);
    const nearest = known
      .map((ratio, row) => ({ ratio, at: distance(row) }))
      .sort((a, b) => a.at - b.at)
      .slice(0, neighbours);
    return median(nearest.map(({ ratio }) => ratio));
  };
}
