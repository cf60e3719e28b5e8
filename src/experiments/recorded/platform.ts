/**
 * A platform of which only tables are known: every measurement is looked up, and what was never looked at is the test.
 * With a `split` column, `train` rows may be looked at and `eval` rows are the test, all of them and nothing else.
 */
import { invariant } from "../../base/index.js";
import { configKey, type KernelConfig } from "../../kernels/index.js";
import type { KernelTable } from "../../measurements/index.js";
import type { MeasureOutcome, MeasureRequest } from "../../transfer/index.js";

export interface RecordedPlatform {
  readonly platform: string;
  /** By kernel type name. */
  readonly tables: ReadonlyMap<string, KernelTable>;
}

export interface RecordedSession {
  candidates(type: string): readonly KernelConfig[];
  /** Looks latencies up, and remembers that they were looked at. */
  measure(requests: readonly MeasureRequest[]): Promise<MeasureOutcome[]>;
  /** Rows that no measurement has looked at (with splits: the eval rows). */
  unseen(type: string): { readonly configs: readonly KernelConfig[]; readonly latenciesMs: Float64Array };
}

export function openRecordedPlatform({ tables }: RecordedPlatform): RecordedSession {
  const tableOf = (type: string): KernelTable => {
    const table = tables.get(type);
    invariant(table !== undefined, `no table of kernel type ${type}`);
    return table;
  };
  const rowOf = new Map(
    [...tables].map(([name, table]) => [
      name,
      new Map(table.configs.map((config, i) => [configKey(table.type, config), i])),
    ]),
  );
  const seen = new Map([...tables.keys()].map((name) => [name, new Set<number>()]));
  return {
    candidates(type) {
      const { configs, splits } = tableOf(type);
      return splits === undefined ? configs : configs.filter((_, i) => splits[i] === "train");
    },
    async measure(requests) {
      return requests.map(({ type, config }) => {
        const table = tableOf(type);
        const row = rowOf.get(type)!.get(configKey(table.type, config));
        if (row === undefined) return { status: "failed", reason: "not in the table" };
        invariant(table.splits?.[row] !== "eval", `eval row of ${type} was asked for`);
        seen.get(type)!.add(row);
        return { status: "measured", latencyMs: table.latenciesMs[row]! };
      });
    },
    unseen(type) {
      const { configs, latenciesMs, splits } = tableOf(type);
      const rows = configs.map((_, i) => i).filter((i) => (splits ? splits[i] === "eval" : !seen.get(type)!.has(i)));
      return { configs: rows.map((i) => configs[i]!), latenciesMs: Float64Array.from(rows, (i) => latenciesMs[i]!) };
    },
  };
}
