/** Runs on the peers' data, summed up over seeds. Pure. */
import { groupBy, mean } from "../../base/index.js";
import type { PeerSpace } from "./data.js";
import type { PeerPlan } from "./plan.js";
import type { DeviceResult } from "./task.js";

export interface PeerResult extends PeerPlan {
  readonly devices: readonly DeviceResult[];
  readonly cpuSeconds: number;
}

/** Means over seeds. */
export interface PeerCell extends Omit<PeerPlan, "seed"> {
  readonly seeds: number;
  /** By device, and their mean. */
  readonly publishedSpearman: Readonly<Record<string, number>>;
  readonly mean: number;
  /** Least and most of the seeds' means. */
  readonly range: readonly [number, number];
  /** On every architecture that nobody may measure, mean over devices. */
  readonly spearman: number;
  readonly kendall: number;
  readonly mape: number;
  readonly within5: number;
  readonly within10: number;
  readonly cpuSeconds: number;
}

export interface PeerReport {
  readonly date: string;
  readonly cpu: string;
  readonly cells: readonly PeerCell[];
  readonly runs: readonly PeerResult[];
}

const meanOf = (run: PeerResult) => mean(run.devices.map((device) => device.publishedSpearman));

export function summarisePeers(runs: readonly PeerResult[]): PeerCell[] {
  const groups = groupBy(runs, ({ space, method, measurements }) => `${space}/${method}/${measurements}`);
  return [...groups.values()].map((group) => {
    const { space, method, measurements, devices } = group[0]!;
    const over = (metric: "spearman" | "kendall" | "mape" | "within5" | "within10") =>
      mean(group.flatMap((run) => run.devices.map((device) => device[metric] ?? Number.NaN)));
    const means = group.map(meanOf);
    return {
      ...{ space, method, measurements },
      seeds: group.length,
      publishedSpearman: Object.fromEntries(
        devices.map(({ device }, i) => [device, mean(group.map((run) => run.devices[i]!.publishedSpearman))]),
      ),
      mean: mean(means),
      range: [Math.min(...means), Math.max(...means)],
      spearman: over("spearman"),
      kendall: over("kendall"),
      mape: over("mape"),
      within5: over("within5"),
      within10: over("within10"),
      cpuSeconds: mean(group.map((run) => run.cpuSeconds)),
    };
  });
}

/** HELP's Table 3 (its README): Spearman on the published test, in the order of the split's devices. For comparison only. */
export const publishedRows: readonly {
  readonly space: PeerSpace;
  readonly method: string;
  readonly measurements: number;
  readonly byDevice: readonly number[];
  readonly mean: number;
}[] = [
  {
    space: "nasbench201",
    method: "flops",
    measurements: 0,
    byDevice: [0.95, 0.826, 0.9, 0.765, 0.846, 0.437],
    mean: 0.787,
  },
  {
    space: "nasbench201",
    method: "brp-nas",
    measurements: 900,
    byDevice: [0.814, 0.796, 0.801, 0.666, 0.847, 0.811],
    mean: 0.789,
  },
  {
    space: "nasbench201",
    method: "brp-nas, extra samples",
    measurements: 3200,
    // biome-ignore lint/suspicious/noApproximativeNumericConstant: a correlation that happens to be near ln 2
    byDevice: [0.822, 0.805, 0.828, 0.693, 0.853, 0.83],
    mean: 0.805,
  },
  {
    space: "nasbench201",
    method: "help",
    measurements: 10,
    byDevice: [0.987, 0.989, 0.985, 0.802, 0.89, 0.94],
    mean: 0.932,
  },
];
