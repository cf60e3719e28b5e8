/** Which sources stand for a large pool: medoids of their latency profiles, so that families of alike platforms count once. */
import { mean } from "../../base/index.js";
import { representativeRows } from "../choosing/representative.js";
import { type Table, tableOf } from "./columns.js";

/** Configs, evenly spaced, on which profiles are compared. Choice. */
const profileLength = 100;

/** At most `count` columns of `logs` (ln ms, configs × sources), ascending; all of them where there are no more. */
export function typicalSources(logs: Table, count: number, seed: number): number[] {
  const all = Array.from({ length: logs.columns }, (_, s) => s);
  if (all.length <= count) return all;
  const length = Math.min(profileLength, logs.rows);
  const profiles = all.map((s) => {
    const values = Array.from(
      { length },
      (_, i) => logs.values[Math.floor((i * logs.rows) / length) * logs.columns + s]!,
    );
    const level = mean(values);
    return values.map((value) => value - level);
  });
  return representativeRows(tableOf(profiles, length), count, seed).sort((a, b) => a - b);
}
