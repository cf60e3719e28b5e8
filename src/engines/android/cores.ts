/** Which of a phone's cores an engine is pinned to. Phones mix cores of two or three speeds; clusters share a top frequency. */
import { LitepredError } from "../../base/index.js";
import type { PhoneCore } from "./facts.js";

export const coreChoices = ["big", "little", "all"] as const;
export type CoreChoice = (typeof coreChoices)[number];

/**
 * As many cores as threads, of one end of the phone: "big" the fastest ones first, "little" the slowest ones first; "all"
 * leaves the scheduler free. Where the phone does not tell frequencies, higher numbers count as faster.
 * @throws LitepredError `unknown-platform` for more threads than cores.
 */
export function chooseCores(cores: readonly PhoneCore[], choice: CoreChoice, threads: number): number[] {
  if (threads > cores.length && cores.length > 0)
    throw new LitepredError(
      "unknown-platform",
      `${threads} threads on a phone with ${cores.length} cores`,
      `use threads=1 to threads=${cores.length}`,
    );
  if (choice === "all") return cores.map(({ core }) => core);
  const direction = choice === "big" ? -1 : 1;
  return [...cores]
    .sort((a, b) => direction * (a.maxKhz - b.maxKhz || a.core - b.core))
    .slice(0, threads)
    .map(({ core }) => core);
}

/** Cores → the hexadecimal mask that `taskset` takes. */
export const coreMask = (cores: readonly number[]): string =>
  cores.reduce((mask, core) => mask | (1n << BigInt(core)), 0n).toString(16);
