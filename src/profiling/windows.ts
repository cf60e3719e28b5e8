/**
 * The one loop that measures: subjects are taken in windows; inside one, the sessions of all its subjects alternate, so that no two
 * sessions of a subject share their moment, and subjects whose sessions disagree get further ones.
 */
import { EngineFailure } from "../engines/index.js";
import type { Conditions, Outcome, Protocol } from "../measurements/index.js";
import { conditionsAfter, conditionsBefore } from "./conditions.js";
import { outcomeOf } from "./reference-state.js";
import type { SessionEngine, SessionResult } from "./session.js";

export interface WindowRequest {
  readonly engine: SessionEngine;
  readonly engineVersion: string;
  readonly protocol: Protocol;
  /** No further window is begun after this (performance.now()); the first is in any case. */
  readonly untilMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each session of some subjects. */
  readonly onSession?: ((done: number, total: number) => void) | undefined;
}

export interface Window {
  /** Index of the subject, and what came out. */
  readonly outcomes: readonly { readonly index: number; readonly outcome: Outcome }[];
  readonly conditions: Conditions;
  readonly protocol: Protocol;
}

/** One session of the subjects: their results in the order of the indices. */
export type TimeSession = (indices: readonly number[]) => Promise<readonly SessionResult[]>;

/**
 * The windows, each as soon as it is finished; ends early, with whole windows only, when the signal aborts. Subjects of one
 * inner list of `group` are loaded side by side in a session.
 */
export async function* measureWindows(
  request: WindowRequest,
  windows: readonly (readonly number[])[],
  group: (indices: readonly number[]) => readonly (readonly number[])[],
  time: TimeSession,
): AsyncGenerator<Window> {
  const { protocol, engine, signal } = request;
  const total = windows.reduce((count, window) => count + window.length, 0) * protocol.sessions;
  let done = 0;
  for (const [at, window] of windows.entries()) {
    if (at > 0 && performance.now() >= (request.untilMs ?? Number.POSITIVE_INFINITY)) return;
    const conditions = await conditionsBefore(engine.running, request.engineVersion, signal);
    const sessions = new Map<number, SessionResult[]>(window.map((index) => [index, []]));
    const round = async (indices: readonly number[]) => {
      for (const together of group(indices)) {
        if (signal?.aborted) return;
        const results = await time(together);
        for (const [i, index] of together.entries()) sessions.get(index)!.push(results[i]!);
        done += together.length;
        request.onSession?.(Math.min(done, total), total);
      }
    };
    let lost: { readonly reason: unknown } | undefined;
    try {
      await runSessions(window, sessions, protocol, round, signal);
    } catch (reason) {
      lost = { reason };
    }
    if (signal?.aborted) return;
    // Of an engine that is gone, what was already measured in full is kept.
    const whole = window.filter((index) => !lost || isWhole(sessions.get(index)!, protocol));
    yield {
      outcomes: whole.map((index) => ({ index, outcome: summarise(sessions.get(index)!, engine) })),
      conditions: lost ? conditions : await conditionsAfter(engine.running, conditions),
      protocol,
    };
    if (lost) throw lost.reason;
  }
}

async function runSessions(
  window: readonly number[],
  sessions: ReadonlyMap<number, readonly SessionResult[]>,
  protocol: Protocol,
  round: (indices: readonly number[]) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sound = () => window.filter((index) => !sessions.get(index)!.some(isFailure));
  for (let session = 0; session < protocol.sessions; session++) await round(sound());
  for (let extra = 0; extra < protocol.sessions && protocol.sessions > 1; extra++) {
    const unsettled = sound().filter((index) => !agree(sessions.get(index)!, protocol));
    if (unsettled.length === 0 || signal?.aborted) break;
    await round(unsettled);
  }
}

const isFailure = (result: SessionResult): result is EngineFailure => result instanceof EngineFailure;

const isWhole = (results: readonly SessionResult[], { sessions }: Protocol) =>
  results.length >= sessions || results.some(isFailure);

/** Below this, a whole microsecond up or down is more than any protocol's spread. */
const coarseMs = 0.01;

function agree(results: readonly SessionResult[], protocol: Protocol): boolean {
  const latencies = results.flatMap((result) => (isFailure(result) ? [] : [result.latencyMs]));
  const [least, most] = [Math.min(...latencies), Math.max(...latencies)];
  return most < coarseMs || most / least - 1 <= protocol.maxSpread;
}

function summarise(results: readonly SessionResult[], { nominal }: SessionEngine): Outcome {
  const failure = results.find(isFailure);
  if (failure) return { status: "failed", reason: failure.reason, message: failure.message };
  const estimates = results.flatMap((result) => (isFailure(result) ? [] : [result]));
  return outcomeOf(estimates, nominal);
}
