/** Kernels that belong together, with what they take together. */
import { groupBy, sum } from "../base/index.js";

export interface Group {
  readonly name: string;
  readonly kernels: number;
  readonly latencyMs: number;
  /** Of all groups together, 0–1. */
  readonly share: number;
}

interface Timed {
  readonly latencyMs: number;
}

/** The dearest first. */
export function groupsBy<T extends Timed>(rows: readonly T[], nameOf: (row: T) => string): Group[] {
  const total = sum(rows.map(({ latencyMs }) => latencyMs));
  return [...groupBy(rows, nameOf)]
    .map(([name, own]) => {
      const latencyMs = sum(own.map((row) => row.latencyMs));
      return { name, kernels: own.length, latencyMs, share: total > 0 ? latencyMs / total : 0 };
    })
    .sort((a, b) => b.latencyMs - a.latencyMs);
}
