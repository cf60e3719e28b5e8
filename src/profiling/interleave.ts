/**
 * Turns: subjects that are loaded side by side run one after the other for some milliseconds each, and between them the
 * references run for as long; where the machine proves quiet, for a tenth of that. Each subject's turn is set against the
 * references just before and just after it.
 */
import { mean } from "../base/index.js";
import type { PreparedModel } from "../engines/index.js";
import { robustCentre } from "./robust.js";

export interface TurnPlan {
  /** Runs of each subject before timing starts. */
  readonly warmup: number;
  /** Timed milliseconds of each subject, but never fewer than `fewestTurns` turns. */
  readonly maxMs: number;
  /** A subject is done when the standard error of its ratio is below this share; 0: never before maxMs. */
  readonly tolerance: number;
  /** Least milliseconds of a turn. */
  readonly turnMs: number;
}

/** One turn of a subject. */
export interface Turn {
  /** Each run, milliseconds. */
  readonly runsMs: readonly number[];
  /** Mean of each reference around the turn, milliseconds. */
  readonly referencesMs: readonly number[];
}

/** Fewer turns tell little of their error; of subjects so long that a few turns are many times `maxMs`, three must do. Choice. */
const fewestTurns = 5;
const fewestLongTurns = 3;
const longFactor = 1.5;
/** Where the references vary by less than this from turn to turn (ln), the machine is quiet. Measured: 0.3 % on idle machines, 5 % on busy ones. */
const quietDeviation = 0.008;
/** The time that the references get, as a share of the subjects'. With 1 two looks agree no better. */
const usualShare = 0.7;
const quietShare = 0.1;
/**
 * A subject that is shorter than this finds its caches cold after the references: its first run in a turn does not count. MobileNetV3-small
 * takes 1.65 ms in a row and 2.1 ms after others (onnxruntime-node 1.30 on a shared EPYC); of longer ones it is a few per cent.
 */
const shortMs = 10;

/** In the order of the subjects. @throws EngineFailure; `Failed` names the subject. */
export async function takeTurns(
  subjects: readonly PreparedModel[],
  references: readonly PreparedModel[],
  plan: TurnPlan,
  signal?: AbortSignal,
): Promise<Turn[][]> {
  const state = subjects.map((): SubjectState => ({ turns: [], timedMs: 0, runMs: Number.NaN, done: false }));
  const clock = createReferenceClock(references);
  // The run that tells how long one takes is a warm-up run too.
  for (const [i, subject] of subjects.entries())
    state[i]!.runMs = mean(
      await attempt(i, () => subject.time({ warmup: Math.max(0, plan.warmup - 1), runs: 1, maxMs: 1 })),
    );
  let around = await clock.turn(plan.turnMs);
  let sinceMs = 0;
  let waiting: OpenTurn[] = [];
  while (state.some(({ done }) => !done) && !signal?.aborted) {
    for (const [i, subject] of subjects.entries()) {
      const own = state[i]!;
      if (own.done) continue;
      const runs = Math.max(1, Math.ceil(plan.turnMs / own.runMs));
      const warmup = own.runMs < shortMs ? 1 : 0;
      const runsMs = await attempt(i, () => subject.time({ warmup, runs, maxMs: 2 * plan.turnMs }));
      const timedMs = runsMs.reduce((total, time) => total + time, 0);
      own.timedMs += timedMs;
      own.runMs = timedMs / runsMs.length;
      sinceMs += timedMs;
      waiting.push({ state: own, runsMs });
      if (sinceMs < clock.dueMs()) continue;
      const after = await clock.turn(sinceMs);
      close(waiting, around, after, plan);
      [around, waiting, sinceMs] = [after, [], 0];
    }
  }
  if (waiting.length > 0) close(waiting, around, await clock.turn(sinceMs), plan);
  return state.map(({ turns }) => turns);
}

/** Which subject an engine failed on. */
export class SubjectFailure extends Error {
  constructor(
    readonly index: number,
    readonly failure: unknown,
  ) {
    super("a subject failed");
  }
}

async function attempt<T>(index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (failure) {
    throw new SubjectFailure(index, failure);
  }
}

interface SubjectState {
  readonly turns: Turn[];
  timedMs: number;
  /** Of the last turn. */
  runMs: number;
  done: boolean;
}

interface OpenTurn {
  readonly state: SubjectState;
  readonly runsMs: readonly number[];
}

/** Gives turns their references, and ends the subjects that have enough. */
function close(
  waiting: readonly OpenTurn[],
  before: readonly number[],
  after: readonly number[],
  plan: TurnPlan,
): void {
  const referencesMs = before.map((ms, i) => Math.sqrt(ms * after[i]!));
  for (const { state, runsMs } of waiting) {
    state.turns.push({ runsMs, referencesMs });
    const isLong = state.timedMs >= longFactor * plan.maxMs;
    if (state.turns.length < (isLong ? fewestLongTurns : fewestTurns)) continue;
    state.done = state.timedMs >= plan.maxMs || (plan.tolerance > 0 && ratioOf(state.turns).error < plan.tolerance);
  }
}

/** ln of the ratio of a subject to its references, and its error. */
export function ratioOf(turns: readonly Turn[]) {
  return robustCentre(
    turns.map(({ runsMs, referencesMs }) => Math.log(mean(runsMs)) - mean(referencesMs.map(Math.log))),
  );
}

/** Runs the references in turns, and knows how long they take and how much they vary. */
function createReferenceClock(references: readonly PreparedModel[]) {
  const lastMs = references.map(() => Number.NaN);
  const history: number[] = [];
  const share = () => (isQuiet(history) ? quietShare : usualShare);
  return {
    /** After this much time of subjects it is their turn. */
    dueMs: () => lastMs.reduce((total, ms) => total + ms, 0) / share(),
    /** One turn for each, together about as long as `subjectsMs` times their share. Means, milliseconds. */
    async turn(subjectsMs: number): Promise<number[]> {
      for (const [i, reference] of references.entries()) {
        const wanted = (share() * subjectsMs) / references.length;
        const runs = Number.isNaN(lastMs[i]!) ? 1 : Math.max(1, Math.round(wanted / lastMs[i]!));
        lastMs[i] = mean(await reference.time({ warmup: 0, runs, maxMs: 2 * wanted }));
      }
      history.push(mean(lastMs.map(Math.log)));
      if (history.length > 12) history.shift();
      return [...lastMs];
    },
  };
}

function isQuiet(history: readonly number[]): boolean {
  if (history.length < 6) return false;
  const centre = mean(history);
  return Math.max(...history.map((log) => Math.abs(log - centre))) < 2 * quietDeviation;
}
