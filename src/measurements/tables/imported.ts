/** A latency of a table as a measurement. */
import type { Platform } from "../../platforms/index.js";
import type { Measurement, Protocol } from "../measurement.js";

/** How an imported number was measured is not known: one run, as it was given. */
export const importedProtocol: Protocol = {
  name: "imported",
  warmup: 0,
  maxMs: 1,
  sessions: 1,
  kernelsPerModel: 1,
  tolerance: 0,
  maxSpread: 1,
};

export function observation(
  platform: Platform,
  latencyMs: number,
): Pick<Measurement, "outcome" | "protocol" | "conditions"> {
  return {
    outcome: { status: "ok", latencyMs, spread: 0, runs: 1, sessions: 1 },
    protocol: importedProtocol,
    conditions: {
      cpu: platform.device,
      cores: 0,
      loadBefore: 0,
      loadAfter: 0,
      node: "unknown",
      engineVersion: platform.version,
    },
  };
}
