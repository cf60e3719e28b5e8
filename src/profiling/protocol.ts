/** Named measuring protocols. A protocol is a value and is stored with every number. */
import { LitepredError } from "../base/index.js";
import type { Protocol } from "../measurements/index.js";

export type ProtocolName = "quick" | "standard" | "careful";

/**
 * Run counts follow the noise found on shared machines: sessions differ by 3 % in the median though runs inside one agree.
 * Profiler times are whole microseconds, so a mean of many runs is taken, not a quantile.
 */
export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  quick: {
    name: "quick",
    warmup: 3,
    runs: 30,
    maxMs: 1500,
    sessions: 1,
    estimator: "midmean",
    kernelsPerModel: 32,
    tolerance: 0.01,
    maxSpread: 1,
  },
  standard: {
    name: "standard",
    warmup: 3,
    runs: 30,
    maxMs: 1500,
    sessions: 3,
    estimator: "midmean",
    kernelsPerModel: 24,
    tolerance: 0.01,
    maxSpread: 0.15,
  },
  careful: {
    name: "careful",
    warmup: 5,
    runs: 60,
    maxMs: 4000,
    sessions: 5,
    estimator: "midmean",
    kernelsPerModel: 16,
    tolerance: 0.005,
    maxSpread: 0.08,
  },
};

/** @throws LitepredError `unknown-name`. */
export function protocol(name: string): Protocol {
  const found = (protocols as Readonly<Record<string, Protocol>>)[name];
  if (found) return found;
  throw new LitepredError(
    "unknown-name",
    `protocol "${name}" is not known`,
    `use ${Object.keys(protocols).join(", ")}`,
    { name },
  );
}
