/**
 * The predictors that an ensemble mixes, each fitted on the same rows: a residual process over the sources' latencies
 * without tile columns, one with them, and the plain log-linear law, which no wrong length scale can spoil.
 */
import { ridgeRegression } from "../learning/index.js";
import type { DesignRows } from "./design.js";
import { narrowPrior, type SourcePrior } from "./narrow-prior.js";
import { broadPrior, type Expectation, fitProcess } from "./process.js";
import type { ProcessForm, ProcessRows } from "./process-likelihood.js";

export interface Member {
  /** In the unit of the targets it was fitted to. */
  predict(rows: DesignRows): { readonly mean: Float64Array; readonly deviation: Float64Array };
  /** Of a process; empty for the log-linear law. */
  readonly hyperparameters: Float64Array;
}

export interface MemberOptions {
  /** Hyper-parameters of an earlier fit of the same design, by member. */
  readonly start?: readonly Float64Array[];
  /** What the sources teach about each other; without it broad priors. */
  readonly learned?: SourcePrior;
  readonly iterations?: number;
  readonly signal?: AbortSignal;
}

/** What remains when the sources have explained what they can; when there is none, everything is to be explained. Choice. */
const withSources: Expectation = { amplitude: 0.05, noise: 0.02, slope: 0.1 };
const fromScratch: Expectation = { amplitude: 0.3, noise: 0.02, slope: 1 };

/** Fewer measured rows cannot tell tile effects from noise. Choice. */
const rowsForTiles = 8;
/** Of the log-linear law, per row: it only decides between equivalent solutions when rows are fewer than columns. */
const penalty = 1e-4;

const smoothView = (rows: DesignRows): ProcessRows => rows.smooth;
const tiledView = (rows: DesignRows): ProcessRows => rows.tiled;

/** How many there are depends on the number of rows and of tile columns alone. */
export function memberCount(rows: number, { tiles }: DesignRows): number {
  return tiles > 0 && rows >= rowsForTiles ? 3 : 2;
}

/** `targets`: natural logs per row, what is left after the offset. `count`: see `memberCount`. */
export function fitMembers(
  rows: DesignRows,
  targets: Float64Array,
  form: ProcessForm,
  count: number,
  options: MemberOptions = {},
): Member[] {
  const linear = fitLinear(rows, targets);
  const smooth = fitSmoothProcess(rows, targets, form, options);
  if (count === 2) return [linear, smooth];
  return [linear, smooth, fitProcessMember(tiledView, rows.tiles, rows, targets, form, { ...options, member: 2 })];
}

export function fitSmoothProcess(
  rows: DesignRows,
  targets: Float64Array,
  form: ProcessForm,
  options: MemberOptions = {},
): Member {
  return fitProcessMember(smoothView, 0, rows, targets, form, { ...options, member: 1 });
}

function fitProcessMember(
  view: (rows: DesignRows) => ProcessRows,
  tiles: number,
  rows: DesignRows,
  targets: Float64Array,
  form: ProcessForm,
  { start, learned, iterations, signal, member }: MemberOptions & { readonly member: number },
): Member {
  const own = view(rows);
  // Only a design without sources has a single group of basis columns.
  const broad = broadPrior(own.inputs.columns, tiles, form, form.groupCount === 1 ? fromScratch : withSources);
  const prior = learned === undefined ? broad : narrowPrior(broad, learned);
  const started = start?.[member];
  const process = fitProcess(own, targets, form, {
    prior,
    ...(started?.length === prior.centre.length && { start: started }),
    ...(iterations !== undefined && { iterations }),
    ...(signal && { signal }),
  });
  return { hyperparameters: process.hyperparameters, predict: (wanted) => process.posterior(view(wanted)) };
}

function fitLinear(rows: DesignRows, targets: Float64Array): Member {
  const fit = ridgeRegression(rows.smooth.basis, targets, { penalty: penalty * targets.length });
  return {
    hyperparameters: new Float64Array(0),
    predict({ smooth: { basis } }) {
      const mean = new Float64Array(basis.rows).fill(fit.intercept);
      for (let i = 0; i < basis.rows; i++)
        for (let j = 0; j < basis.columns; j++) mean[i]! += fit.coefficients[j]! * basis.values[i * basis.columns + j]!;
      return { mean, deviation: new Float64Array(basis.rows) };
    },
  };
}
