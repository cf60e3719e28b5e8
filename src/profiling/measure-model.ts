/** Whole models → outcomes, by a protocol: wall time of a run, sessions of all models interleaved, outlier sessions redone. */
import { getOrCreate } from "../base/index.js";
import { EngineFailure, estimate, spreadOf, summarise } from "../engines/index.js";
import type { Conditions, Outcome, Protocol } from "../measurements/index.js";
import { conditionsAfter, quietConditions } from "./conditions.js";
import { type SessionEngine, timeModel } from "./kernel-session.js";

export interface ModelRequest {
  readonly engine: Pick<SessionEngine, "running">;
  readonly engineVersion: string;
  readonly protocol: Protocol;
  readonly signal?: AbortSignal | undefined;
  /** Called after each session. */
  readonly onSession?: ((done: number, total: number) => void) | undefined;
}

export interface MeasuredModel {
  readonly index: number;
  readonly outcome: Outcome;
  readonly conditions: Conditions;
}

/** Models measured beside each other: few enough that an interruption loses little. Choice. */
const modelsPerWindow = 6;

/** Each model's outcome as soon as its window is finished; `load(i)` gives the bytes in the engine's format. */
export async function* measureModelFiles(
  request: ModelRequest,
  count: number,
  load: (index: number) => Uint8Array,
): AsyncGenerator<MeasuredModel> {
  const { protocol, engine, signal } = request;
  let done = 0;
  for (let from = 0; from < count; from += modelsPerWindow) {
    const window = Array.from({ length: Math.min(modelsPerWindow, count - from) }, (_, i) => from + i);
    const sessions = new Map<number, (readonly number[])[]>(window.map((index) => [index, []]));
    const failures = new Map<number, EngineFailure>();
    // Written once for all sessions: writing a model takes as long as timing it.
    const files = new Map<number, Uint8Array>();
    const fileOf = (index: number) => getOrCreate(files, index, () => load(index));
    const conditions = await quietConditions(engine.running, request.engineVersion, signal);
    const round = async (indices: readonly number[]) => {
      for (const index of indices) {
        if (signal?.aborted) return;
        try {
          sessions.get(index)!.push(await timeModel(engine, fileOf(index), protocol));
        } catch (error) {
          if (!(error instanceof EngineFailure)) throw error;
          failures.set(index, error);
        }
        request.onSession?.(Math.min(++done, count * protocol.sessions), count * protocol.sessions);
      }
    };
    const sound = () => window.filter((index) => !failures.has(index));
    let lost: { readonly reason: unknown } | undefined;
    try {
      for (let session = 0; session < protocol.sessions; session++) await round(sound());
      for (let extra = 0; extra < protocol.sessions && protocol.sessions > 1; extra++)
        await round(sound().filter((index) => spread(sessions.get(index)!, protocol) > protocol.maxSpread));
    } catch (reason) {
      lost = { reason };
    }
    if (signal?.aborted) return;
    const after = lost ? conditions : await conditionsAfter(engine.running, conditions);
    for (const index of window) {
      const failure = failures.get(index);
      // Of an engine that is gone, what was already measured in full is kept.
      if (lost && !failure && sessions.get(index)!.length < protocol.sessions) continue;
      const outcome: Outcome = failure
        ? { status: "failed", reason: failure.reason, message: failure.message }
        : summarise(sessions.get(index)!, protocol);
      yield { index, outcome, conditions: after };
    }
    if (lost) throw lost.reason;
  }
}

/** Of the sessions that would be kept. */
function spread(sessions: readonly (readonly number[])[], protocol: Protocol): number {
  const outcome = summarise(sessions, protocol);
  return outcome.status === "ok"
    ? outcome.spread
    : spreadOf(sessions.map((runs) => estimate(runs, protocol.estimator)));
}
