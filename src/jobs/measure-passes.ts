/**
 * Whole models measured in passes over all of them, one session a pass, so that the sessions of a model lie minutes apart:
 * a machine that is slow for a while spoils one session of every model, not all sessions of some. The fastest session
 * counts: disturbances only ever add time.
 */
import type { Measurement, Outcome, Protocol } from "../measurements/index.js";
import { protocols } from "../profiling/index.js";
import { type MeasureRequest, measureModels } from "./measure.js";

export interface PassesRequest extends Omit<MeasureRequest, "protocol" | "again"> {
  readonly passes: number;
}

/** One row a pass, in the order of the models. Nothing but the passes' own measurements is stored. */
export async function measurePasses(request: PassesRequest): Promise<Measurement[][]> {
  const { passes, onProgress, ...rest } = request;
  const rows: Measurement[][] = [];
  for (let pass = 0; pass < passes; pass++)
    rows.push(
      await measureModels({
        ...rest,
        protocol: protocols.quick,
        again: true,
        onProgress: ({ done, total }) => onProgress?.({ done: pass * total + done, total: passes * total }),
      }),
    );
  return rows;
}

/** How the fastest of several sessions was measured. */
export function passesProtocol(sessions: number): Protocol {
  return { ...protocols.quick, name: "passes", sessions };
}

/** The fastest session of each model as one measurement; failed where every session failed. */
export function fastestOf(rows: readonly (readonly Measurement[])[]): Measurement[] {
  return rows[0]!.map((first, i) => {
    const all = rows.map((row) => row[i]!);
    const sound = all.filter(({ outcome }) => outcome.status === "ok");
    const best = sound.reduce((a, b) => (latencyOf(b.outcome) < latencyOf(a.outcome) ? b : a), sound[0] ?? first);
    const { outcome } = best;
    if (outcome.status === "failed") return best;
    const latencies = sound.map((measurement) => latencyOf(measurement.outcome));
    const runs = sound.reduce((sum, { outcome: o }) => sum + (o.status === "ok" ? o.runs : 0), 0);
    const spread = Math.max(...latencies) / Math.min(...latencies) - 1;
    return {
      ...best,
      outcome: { ...outcome, runs, sessions: sound.length, spread },
      protocol: passesProtocol(sound.length),
    };
  });
}

const latencyOf = (outcome: Outcome) => (outcome.status === "ok" ? outcome.latencyMs : Number.POSITIVE_INFINITY);
