import { mean, median } from "../base/index.js";
import type { Baseline, BaselineRows } from "./rows.js";

/** Target = (geometric mean of the sources) × the median ratio over the measured rows. Without sources: the median. */
export const medianRatio: Baseline = (rows, latenciesMs) => {
  const logs = sourceMean(rows);
  const ratio = median(Array.from(latenciesMs, (ms, i) => Math.log(ms) - logs[i]!));
  return (wanted) => Float64Array.from(sourceMean(wanted), (log) => Math.exp(log + ratio));
};

function sourceMean({ configs, sourcesMs }: BaselineRows): number[] {
  return configs.map((_, i) => (sourcesMs.length === 0 ? 0 : mean(sourcesMs.map((ms) => Math.log(ms[i]!)))));
}
