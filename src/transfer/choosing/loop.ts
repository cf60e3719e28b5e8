/**
 * The loop that our method shares with every method that measures in rounds: share the budget, choose representative
 * configs, measure, fit, estimate, stop at the goal or at the budget. What "fit" means is the caller's.
 */
import { mean } from "../../base/index.js";
import type { Table } from "../process/columns.js";
import type { AdaptationRound, AdaptationTask, RoundKernel } from "../types.js";
import { allocate } from "./allocation.js";
import { goalReached, weightedShareWithin, within10AtDouble } from "./goal.js";
import {
  availableRows,
  createMeasuringSession,
  type KernelRecord,
  type MeasuringSession,
  touchedRows,
  weightOf,
} from "./record.js";
import { type ClusterPick, largeRows, largeShare, representativeRows } from "./representative.js";

/** Measurements' worth of belief that a kernel type is as hard as the others. Choice. */
const rowsOfDoubt = 5;

/** What the loop needs to know of one fitted kernel type. */
export interface FittedKernel {
  /** Relative errors on measured configs left out of the fit. */
  readonly heldOutErrors: ArrayLike<number>;
  /** ln(measured ÷ predicted) of each measured config, in their order, predicted without it. */
  readonly heldOutLogs?: ArrayLike<number>;
  readonly donors?: readonly string[];
}

export interface LoopResult<Fit> {
  readonly session: MeasuringSession;
  /** Undefined for a kernel type that has no measurement. */
  readonly fits: readonly (Fit | undefined)[];
  readonly rounds: readonly AdaptationRound[];
  readonly goalReached?: boolean;
}

export interface LoopPlan<Fit extends FittedKernel> {
  /** Standardised columns of the candidates of each kernel, in which configs are representative. */
  readonly spaces: readonly Table[];
  /** Expected ms of the candidates of each kernel: some are then chosen by size. Default none. */
  readonly sizes?: readonly Float64Array[];
  /** Which config of each cluster; default "medoid". */
  readonly pick?: ClusterPick;
  /** Shares of the budget at which it is fitted anew, ascending, last 1. */
  readonly rounds: readonly number[];
  fit(record: KernelRecord, kernel: number, before: Fit | undefined): Promise<Fit>;
}

export async function runAdaptationLoop<Fit extends FittedKernel>(
  task: AdaptationTask,
  plan: LoopPlan<Fit>,
): Promise<LoopResult<Fit>> {
  const session = createMeasuringSession(task);
  let fits: (Fit | undefined)[] = task.kernels.map(() => undefined);
  const rounds: AdaptationRound[] = [];
  for (const share of plan.rounds) {
    const target = Math.round(task.budget * share);
    if (!(await measureRound(session, plan, fits, target - session.used(), task.seed + rounds.length))) break;
    fits = await fitAll(session, plan, fits);
    const round = describeRound(session, fits, rounds);
    rounds.push(round);
    task.onRound?.(
      round,
      session.records.map((record, k) => describeRoundKernel(record, fits[k])),
    );
    if (task.goal && goalReached(task.goal, weightedErrors(session, fits)))
      return { session, fits, rounds, goalReached: true };
  }
  return { session, fits, rounds, ...(task.goal && { goalReached: false }) };
}

/** False when nothing could be added. */
async function measureRound(
  session: MeasuringSession,
  { spaces, sizes, pick = "medoid" }: Pick<LoopPlan<FittedKernel>, "spaces" | "sizes" | "pick">,
  fits: readonly (FittedKernel | undefined)[],
  budget: number,
  seed: number,
): Promise<boolean> {
  const known = knownErrors(fits);
  const worst = Math.max(...known.map((error) => error ?? 0)) || 1;
  const counts = allocate(
    session.records.map((record, k) => ({
      weight: weightOf(record),
      error: known[k] ?? worst,
      measured: record.measured.length + record.failed.length,
      available: availableRows(record),
    })),
    Math.max(0, budget),
  );
  await session.measure(
    session.records.map((record, k) => {
      const taken = touchedRows(record);
      const large = sizes ? largeRows(sizes[k]!, Math.round(largeShare(sizes[k]!) * counts[k]!), seed, taken) : [];
      return [
        ...large,
        ...representativeRows(spaces[k]!, counts[k]! - large.length, seed, [...taken, ...large], { pick }),
      ];
    }),
  );
  return counts.some((count) => count > 0);
}

/** Mean held-out error of each type; the mean of a handful is drawn towards that of all types. */
function knownErrors(fits: readonly (FittedKernel | undefined)[]): (number | undefined)[] {
  const errors = fits.map((fit) => (fit && fit.heldOutErrors.length > 0 ? mean(fit.heldOutErrors) : undefined));
  const common = mean(errors.filter((error) => error !== undefined));
  return errors.map((error, k) => {
    const n = fits[k]?.heldOutErrors.length ?? 0;
    return error === undefined ? undefined : (n * error + rowsOfDoubt * common) / (n + rowsOfDoubt);
  });
}

async function fitAll<Fit extends FittedKernel>(
  session: MeasuringSession,
  plan: LoopPlan<Fit>,
  before: readonly (Fit | undefined)[],
): Promise<(Fit | undefined)[]> {
  const fits: (Fit | undefined)[] = [];
  for (const [k, record] of session.records.entries())
    fits.push(record.measured.length > 0 ? await plan.fit(record, k, before[k]) : undefined);
  return fits;
}

function weightedErrors(session: MeasuringSession, fits: readonly (FittedKernel | undefined)[]) {
  return session.records.map((record, k) => ({ weight: weightOf(record), errors: fits[k]?.heldOutErrors ?? [] }));
}

function describeRoundKernel(
  { kernel, measured, failed, logs }: KernelRecord,
  fit: FittedKernel | undefined,
): RoundKernel {
  const { donors = [], heldOutLogs } = fit ?? {};
  const points = logs.flatMap((log, i) => {
    const error = heldOutLogs?.[i];
    return error === undefined ? [] : [{ predictedMs: Math.exp(log - error), measuredMs: Math.exp(log) }];
  });
  return { type: kernel.type.name, measured: measured.length, failed: failed.length, donors, points };
}

function describeRound(
  session: MeasuringSession,
  fits: readonly (FittedKernel | undefined)[],
  earlier: readonly AdaptationRound[],
): AdaptationRound {
  const errors = weightedErrors(session, fits);
  const within10 = weightedShareWithin(errors, 0.1);
  const measurementsUsed = session.used();
  const double = within10AtDouble(earlier.at(-1), { measurementsUsed, within10 });
  return {
    round: earlier.length + 1,
    measurementsUsed,
    within5: weightedShareWithin(errors, 0.05),
    within10,
    within10AtDouble: double,
  };
}
