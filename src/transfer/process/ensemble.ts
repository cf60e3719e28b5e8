/**
 * Members mixed by their errors on rows that they have not seen: which of them is right differs by kernel type and by how
 * much was measured. Each fold's members are refitted without it, hyper-parameters included, so that the errors that choose
 * the mixture, stop the adaptation and calibrate the intervals are honest.
 */
import { leaveOutFolds, median } from "../../base/index.js";
import { type DesignRows, selectDesignRows } from "./design.js";
import { fitMembers, type Member, type MemberOptions, memberCounts } from "./members.js";
import { mixingShares } from "./mixing.js";
import type { ProcessForm } from "./process-likelihood.js";

export interface Blend {
  /** ln ms. */
  readonly mean: Float64Array;
  /** Of a new measurement around it; relative, as intervals are calibrated. */
  readonly deviation: Float64Array;
}

export interface Ensemble {
  predict(rows: DesignRows): Blend;
  /** Per measured row, predicted without it: measured − predicted in ln ms, and the deviation expected there. */
  readonly heldOut: { readonly error: Float64Array; readonly deviation: Float64Array };
  readonly hyperparameters: readonly Float64Array[];
}

/** Few rows are left out one or few at a time; from 100 rows on, five folds say the same at half the cost. Choice. */
const foldsOf = (rows: number): number => (rows < 100 ? Math.min(rows, 10) : 5);
/** Steps of the optimiser from the hyper-parameters fitted on all rows. Choice. */
const foldIterations = 6;

/** `y`: ln ms, one per row. */
export function fitEnsemble(
  rows: DesignRows,
  y: Float64Array,
  form: ProcessForm,
  options: MemberOptions = {},
): Ensemble {
  const counts = memberCounts(y.length, rows);
  const whole = fitCentred(rows, y, form, counts.processes, options);
  const left = leaveOut(rows, y, form, whole.members, counts.processes, options);
  const shares = mixingShares(left.map(({ error }) => error));
  return {
    heldOut: {
      error: blend(
        left.map(({ error }) => error),
        shares,
      ),
      deviation: blendDeviations(
        left.map(({ deviation }) => deviation),
        shares,
        counts.laws,
      ),
    },
    hyperparameters: whole.members.map((member) => member.hyperparameters),
    predict(wanted) {
      const parts = whole.members.map((member) => member.predict(wanted));
      const mean = blend(
        parts.map((part) => part.mean),
        shares,
      );
      return {
        mean: mean.map((value, i) => wanted.offset[i]! + whole.centre + value),
        deviation: blendDeviations(
          parts.map((part) => part.deviation),
          shares,
          counts.laws,
        ),
      };
    },
  };
}

interface Centred {
  /** Median of y − offset, taken out before. */
  readonly centre: number;
  readonly members: readonly Member[];
}

function fitCentred(
  rows: DesignRows,
  y: Float64Array,
  form: ProcessForm,
  processes: number,
  options: MemberOptions,
): Centred {
  const residual = y.map((value, i) => value - rows.offset[i]!);
  const centre = median(residual);
  return {
    centre,
    members: fitMembers(
      rows,
      residual.map((r) => r - centre),
      form,
      processes,
      options,
    ),
  };
}

/** Per member: error and deviation of each row under members that have not seen it. A single row is its own error: 0. */
function leaveOut(
  rows: DesignRows,
  y: Float64Array,
  form: ProcessForm,
  whole: readonly Member[],
  processes: number,
  options: MemberOptions,
): HeldOut[] {
  const n = y.length;
  const out = whole.map(() => ({ error: new Float64Array(n), deviation: new Float64Array(n).fill(1) }));
  if (n < 2) return out;
  const all = Array.from({ length: n }, (_, i) => i);
  const start = whole.map((member) => member.hyperparameters);
  for (const { kept, left } of leaveOutFolds(all, foldsOf(n))) {
    const part = fitCentred(
      selectDesignRows(rows, kept),
      Float64Array.from(kept, (i) => y[i]!),
      form,
      processes,
      { ...options, start, iterations: foldIterations },
    );
    const unseen = selectDesignRows(rows, left);
    part.members.forEach((member, m) => {
      const { mean, deviation } = member.predict(unseen);
      left.forEach((row, i) => {
        out[m]!.error[row] = y[row]! - rows.offset[row]! - part.centre - mean[i]!;
        out[m]!.deviation[row] = deviation[i]!;
      });
    });
  }
  return out;
}

interface HeldOut {
  readonly error: Float64Array;
  readonly deviation: Float64Array;
}

function blend(parts: readonly Float64Array[], shares: readonly number[]): Float64Array {
  return parts[0]!.map((_, i) => parts.reduce((sum, part, m) => sum + shares[m]! * part[i]!, 0));
}

/** Laws have no deviation of their own: those of the processes stand for them. */
function blendDeviations(parts: readonly Float64Array[], shares: readonly number[], laws: number): Float64Array {
  const own = shares.slice(laws);
  const total = own.reduce((sum, share) => sum + share, 0);
  return blend(
    parts.slice(laws),
    own.map((share) => (total > 0 ? share / total : 1 / own.length)),
  );
}
