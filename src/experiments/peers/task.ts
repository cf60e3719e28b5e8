/** One space of the peers' data, as the methods see it: what may be learned from, what may be measured, what is the test. */

import { withoutExtremes } from "../../baselines/index.js";
import { type LatencyMetrics, latencyMetrics, spearman } from "../../evaluation/index.js";
import type { PeerData } from "./data.js";
import { type PeerSplit, peerSplits } from "./plan.js";

export interface PeerTask {
  readonly data: PeerData;
  readonly split: PeerSplit;
  /** Numbers of the architectures that may be measured. */
  readonly pool: readonly number[];
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

export function peerTask(data: PeerData): PeerTask {
  const split = peerSplits[data.space];
  return { data, split, pool: range(0, Math.min(split.pool, data.size)) };
}

export const latenciesOf = ({ data }: PeerTask, device: string, rows: readonly number[]): number[] =>
  rows.map((row) => data.latenciesMs.get(device)![row]!);

/** The published test: the middle 80 % by latency of the architectures after the pool. */
export function publishedTest(task: PeerTask, device: string): readonly number[] {
  const { split, data } = task;
  const rows = range(split.pool, Math.min(split.pool + split.query, data.size));
  return withoutExtremes({ referencesMs: [], rows, latenciesMs: latenciesOf(task, device, rows) }).rows;
}

/** Everything that nobody may measure. */
export const wholeTest = ({ split, data }: PeerTask): readonly number[] => range(split.pool, data.size);

export interface DeviceResult extends LatencyMetrics {
  readonly device: string;
  /** On the published test; everything else is on the whole one. */
  readonly publishedSpearman: number;
}

/** @param predicted ms (or anything of the same order) of the whole test; `isLatency`: whether they are ms */
export function resultOf(
  task: PeerTask,
  device: string,
  predicted: ArrayLike<number>,
  isLatency: boolean,
): DeviceResult {
  const rows = wholeTest(task);
  const published = publishedTest(task, device);
  const at = published.map((row) => predicted[row - rows[0]!]!);
  const metrics = latencyMetrics(predicted, latenciesOf(task, device, rows));
  const unknown = { mape: Number.NaN, within5: Number.NaN, within10: Number.NaN, rmseMs: Number.NaN };
  return {
    device,
    ...metrics,
    ...(isLatency ? {} : unknown),
    publishedSpearman: spearman(at, latenciesOf(task, device, published)),
  };
}
