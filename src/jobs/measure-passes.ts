/**
 * Whole models measured in passes over all of them, one session a pass, so that the sessions of a model lie minutes apart:
 * a machine that is slow for a while spoils one session of every model, not all sessions of some. Their median counts.
 */
import { median } from "../base/index.js";
import type { Measurement, Outcome, Protocol } from "../measurements/index.js";
import { protocols } from "../profiling/index.js";
import { type MeasureRequest, measureModels } from "./measure.js";

export interface PassesRequest extends Omit<MeasureRequest, "protocol" | "again"> {
  readonly passes: number;
  /** Of each pass; default `quick`. */
  readonly protocol?: Protocol;
}

/** One row a pass, in the order of the models. Nothing but the passes' own measurements is stored. */
export async function measurePasses(request: PassesRequest): Promise<Measurement[][]> {
  const { passes, onProgress, protocol = protocols.quick, ...rest } = request;
  const rows: Measurement[][] = [];
  for (let pass = 0; pass < passes; pass++)
    rows.push(
      await measureModels({
        ...rest,
        protocol,
        again: true,
        onProgress: ({ done, total }) => onProgress?.({ done: pass * total + done, total: passes * total }),
      }),
    );
  return rows;
}

/** How the median of several sessions was measured. */
export function passesProtocol(sessions: number): Protocol {
  return { ...protocols.quick, name: "passes", sessions };
}

/** All sessions of each model as one measurement, the median of them; failed where every session failed. */
export function medianOfPasses(rows: readonly (readonly Measurement[])[]): Measurement[] {
  return rows[0]!.map((first, i) => {
    const sound = rows.map((row) => row[i]!).filter(({ outcome }) => outcome.status === "ok");
    const { outcome } = sound[0] ?? first;
    if (outcome.status === "failed") return first;
    const latencies = sound.map((measurement) => latencyOf(measurement.outcome));
    const runs = sound.reduce((sum, { outcome: o }) => sum + (o.status === "ok" ? o.runs : 0), 0);
    const spread = Math.max(...latencies) / Math.min(...latencies) - 1;
    return {
      ...sound[0]!,
      outcome: { ...outcome, latencyMs: median(latencies), runs, sessions: sound.length, spread },
      protocol: passesProtocol(sound.length),
    };
  });
}

const latencyOf = (outcome: Outcome) => (outcome.status === "ok" ? outcome.latencyMs : Number.POSITIVE_INFINITY);
