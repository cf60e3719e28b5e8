/** How many kernels and models an engine is measured in an hour: counts and times of all calls so far, kept in the workspace. */
import { join } from "node:path";
import { readKept, saveWhole } from "../../base/index.js";

type Counted = "kernels" | "models";
type Counts = Record<Counted, { count: number; ms: number }>;

export interface Speed {
  add(what: Counted, count: number, ms: number): void;
  rates(): { readonly kernelsPerHour: number | undefined; readonly modelsPerHour: number | undefined };
}

export function openSpeed(home: string, platform: string): Speed {
  const path = join(home, "experiments", "engines", "speed.json");
  const all = (readKept(path) ?? {}) as Record<string, Counts>;
  all[platform] ??= { kernels: { count: 0, ms: 0 }, models: { count: 0, ms: 0 } };
  const mine = all[platform];
  const rate = ({ count, ms }: Counts[Counted]) => (count === 0 ? undefined : Math.round((3.6e6 * count) / ms));
  return {
    add(what, count, ms) {
      if (count === 0) return;
      mine[what].count += count;
      mine[what].ms += ms;
      saveWhole(path, JSON.stringify(all));
    },
    rates: () => ({ kernelsPerHour: rate(mine.kernels), modelsPerHour: rate(mine.models) }),
  };
}
