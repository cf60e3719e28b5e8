/**
 * The predictors that an ensemble mixes, each fitted on the same rows. Two laws, which no wrong length scale can spoil: the
 * log-linear one, and the sum of overhead and work (with sources). And residual processes over the sources' latencies, without
 * tile columns and with them, on top of the sum where that is much closer than the sources.
 */
import { leaveOutFolds, median } from "../../base/index.js";
import { nonNegativeLeastSquares, ridgeRegression } from "../../learning/index.js";
import { type DesignRows, selectDesignRows } from "./design.js";
import { narrowPrior, type SourcePrior } from "./narrow-prior.js";
import { broadPrior, type Expectation, fitProcess } from "./process.js";
import type { ProcessForm, ProcessRows } from "./process-likelihood.js";

export interface Member {
  /** In the unit of the targets it was fitted to. A law has no deviation of its own: 0. */
  predict(rows: DesignRows): { readonly mean: Float64Array; readonly deviation: Float64Array };
  /** Of a process; empty for a law. */
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

/** A latency is not below this. */
const leastMs = 1e-9;
/** The sum must leave less than this share of what the sources leave. Of 0.6, 0.8 and always, the best on GPUs. */
const muchCloser = 0.8;
const fewestToCompare = 4;
const foldsToCompare = 10;

const smoothView = (rows: DesignRows): ProcessRows => rows.smooth;
const tiledView = (rows: DesignRows): ProcessRows => rows.tiled;

/** Laws come first, then processes. How many there are depends on the number of rows and on the design alone. */
export function memberCounts(rows: number, { tiles, parts }: DesignRows): { laws: number; processes: number } {
  return { laws: parts.columns > 0 ? 2 : 1, processes: tiles > 0 && rows >= rowsForTiles ? 2 : 1 };
}

/** `targets`: natural logs per row, what is left after the offset. `processes`: see `memberCounts`. */
export function fitMembers(
  rows: DesignRows,
  targets: Float64Array,
  form: ProcessForm,
  processes: number,
  options: MemberOptions = {},
): Member[] {
  const sum = rows.parts.columns > 0 ? fitSum(rows, targets) : undefined;
  const laws = [fitLinear(rows, targets), ...(sum ? [sum] : [])];
  const base = sum && isMuchCloser(rows, targets) ? sum : undefined;
  const explained = base?.predict(rows).mean;
  const rest = explained ? targets.map((target, i) => target - explained[i]!) : targets;
  const fit = (view: typeof smoothView, tiles: number, place: number): Member => {
    const process = fitProcessMember(view, tiles, rows, rest, form, { ...options, member: laws.length + place });
    return base ? onTopOf(base, process) : process;
  };
  return [...laws, fit(smoothView, 0, 0), ...(processes > 1 ? [fit(tiledView, rows.tiles, 1)] : [])];
}

function onTopOf(law: Member, process: Member): Member {
  return {
    ...process,
    predict(wanted) {
      const { mean, deviation } = process.predict(wanted);
      const below = law.predict(wanted).mean;
      return { mean: mean.map((value, i) => value + below[i]!), deviation };
    },
  };
}

export const fitSmoothProcess = (rows: DesignRows, targets: Float64Array, form: ProcessForm): Member =>
  fitProcessMember(smoothView, 0, rows, targets, form, { member: 0 });

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
    signal,
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

/** exp(target) as a sum of the parts with no negative share, by least squares of relative errors. */
function fitSum(rows: DesignRows, targets: Float64Array): Member {
  const { parts, offset } = rows;
  const relative = parts.values.map((part, at) => {
    const row = Math.floor(at / parts.columns);
    return part / Math.exp(targets[row]! + offset[row]!);
  });
  const ones = new Float64Array(parts.rows).fill(1);
  const shares = nonNegativeLeastSquares({ ...parts, values: relative }, ones);
  return {
    hyperparameters: new Float64Array(0),
    predict(wanted) {
      const { rows: count, columns, values } = wanted.parts;
      const mean = Float64Array.from({ length: count }, (_, i) => {
        const ms = shares.reduce((sum, share, j) => sum + share * values[i * columns + j]!, 0);
        return Math.log(Math.max(ms, leastMs)) - wanted.offset[i]!;
      });
      return { mean, deviation: new Float64Array(count) };
    },
  };
}

/** Is the sum much closer to rows it has not seen than the sources are? */
function isMuchCloser(rows: DesignRows, targets: Float64Array): boolean {
  const n = targets.length;
  if (n < fewestToCompare) return false;
  const centre = median(targets);
  const all = Array.from({ length: n }, (_, i) => i);
  let sumError = 0;
  let sourceError = 0;
  for (const { kept, left } of leaveOutFolds(all, Math.min(n, foldsToCompare))) {
    const fit = fitSum(
      selectDesignRows(rows, kept),
      Float64Array.from(kept, (i) => targets[i]!),
    );
    const { mean } = fit.predict(selectDesignRows(rows, left));
    left.forEach((row, i) => {
      sumError += Math.abs(targets[row]! - mean[i]!);
      sourceError += Math.abs(targets[row]! - centre);
    });
  }
  return sumError < muchCloser * sourceError;
}
