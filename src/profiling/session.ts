/** One session of some models: each is loaded anew, they take turns with the references, and what fails is told apart. */
import {
  EngineFailure,
  type KernelTiming,
  type OperatorTime,
  type PreparedModel,
  type RunningEngine,
} from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { SubjectFailure, type Turn, type TurnPlan, takeTurns } from "./interleave.js";
import { estimateOf, type SessionEstimate } from "./reference-state.js";
import { forgetReferences, openReferences, type ReferenceTimes } from "./references.js";

export interface SessionEngine {
  readonly running: RunningEngine;
  readonly timing: KernelTiming;
  readonly nominal: ReferenceTimes;
  /** Graph → bytes in the engine's model format. */
  encode(graph: Graph): Uint8Array;
}

/** What came out of a session of a subject, or why nothing did. */
export type SessionResult = SessionEstimate | EngineFailure;

/** In the order of the models; `load(i)` gives the bytes. Never rejects because of a model. */
export async function timeModels(
  engine: SessionEngine,
  load: readonly (() => Uint8Array)[],
  plan: TurnPlan,
  signal?: AbortSignal,
): Promise<SessionResult[]> {
  const subjects = load.map((of) => ({ load: of }));
  const turns = await turnsOf(engine, subjects, plan, signal);
  return turns.map((of) => (of instanceof EngineFailure ? of : estimateOf(of.turns, engine.nominal)));
}

export interface Subject {
  /** Bytes in the engine's format. @throws EngineFailure for what has no form in it */
  load(): Uint8Array;
  /** Times by operator are wanted. */
  readonly profile?: boolean;
}

export interface TimedSubject {
  readonly turns: readonly Turn[];
  /** Where asked for: times of all timed runs, in their order. */
  readonly operators: readonly OperatorTime[];
}

/** The engine dies of one model and takes the others' loaded forms with it: they are loaded again without it. */
export async function turnsOf(
  engine: SessionEngine,
  subjects: readonly Subject[],
  plan: TurnPlan,
  signal?: AbortSignal,
): Promise<(TimedSubject | EngineFailure)[]> {
  const results = new Map<number, TimedSubject | EngineFailure>();
  for (;;) {
    const open = subjects.map((_, i) => i).filter((i) => !results.has(i));
    if (open.length === 0) return subjects.map((_, i) => results.get(i)!);
    const failed = await timeOpen(engine, subjects, open, plan, results, signal);
    if (failed === undefined) continue;
    forgetReferences(engine.running);
    // The references themselves fail: nothing can be measured against them.
    for (const index of failed.index === undefined ? open : [failed.index])
      if (!results.has(index)) results.set(index, failed.failure);
  }
}

interface Failed {
  /** Undefined: the references. */
  readonly index: number | undefined;
  readonly failure: EngineFailure;
}

/** Adds results of the open models; the failure that ended it, if one did. */
async function timeOpen(
  { running, encode }: SessionEngine,
  subjects: readonly Subject[],
  open: readonly number[],
  plan: TurnPlan,
  results: Map<number, TimedSubject | EngineFailure>,
  signal: AbortSignal | undefined,
): Promise<Failed | undefined> {
  const prepared: { index: number; model: PreparedModel }[] = [];
  let at: number | undefined;
  try {
    const references = await openReferences(running, encode);
    for (const index of open) {
      at = index;
      const { load, profile = false } = subjects[index]!;
      prepared.push({ index, model: await running.prepare(load(), { profile }) });
    }
    at = undefined;
    const turns = await takeTurns(
      prepared.map(({ model }) => model),
      references,
      plan,
      signal,
    );
    for (const [i, { index, model }] of prepared.entries()) {
      at = index;
      const operators = subjects[index]!.profile ? await model.operators() : [];
      results.set(index, { turns: turns[i]!, operators });
    }
    for (const { index, model } of prepared) {
      at = index;
      await model.release();
    }
    return undefined;
  } catch (error) {
    const index = error instanceof SubjectFailure ? prepared[error.index]!.index : at;
    const failure = error instanceof SubjectFailure ? error.failure : error;
    if (!(failure instanceof EngineFailure)) throw failure;
    for (const { model } of prepared) await model.release().catch(() => {});
    return { index, failure };
  }
}
