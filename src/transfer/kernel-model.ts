/**
 * One kernel type on the target: two residual processes over the sources' latencies, with and without tile columns, mixed
 * by their leave-one-out errors; intervals are conformal on those leave-one-out residuals, scaled by the process's own
 * deviation, so they widen where little was measured.
 */
import { median } from "../base/index.js";
import { conformalQuantile } from "../predictors/index.js";
import { type DesignRows, selectDesignRows } from "./design.js";
import {
  broadPrior,
  type Expectation,
  fitProcess,
  type Process,
  type ProcessForm,
  type ProcessRows,
} from "./process.js";
import type { LatencyPrediction } from "./types.js";

export interface KernelModel {
  /** |ln(measured ÷ predicted)| of each measured row, predicted without it. */
  readonly heldOutErrors: Float64Array;
  /** In the order of the rows. `level` 0–1. */
  predict(rows: DesignRows, level: number): LatencyPrediction[];
  readonly hyperparameters: readonly Float64Array[];
}

export interface KernelModelOptions {
  /** Hyper-parameters of an earlier fit of the same design. */
  readonly start?: readonly Float64Array[];
  readonly signal?: AbortSignal;
}

/** What remains when the sources have explained what they can; when there is none, everything is to be explained. Choice. */
const withSources: Expectation = { amplitude: 0.05, noise: 0.02, slope: 0.1 };
const fromScratch: Expectation = { amplitude: 0.3, noise: 0.02, slope: 1 };

/** Fewer measured rows cannot tell tile effects from noise. Choice. */
const rowsForTiles = 8;

/** `measured`: indices into `population` of the measured rows; `y`: their ln ms. */
export function fitKernelModel(
  population: DesignRows,
  measured: readonly number[],
  y: Float64Array,
  form: ProcessForm,
  options: KernelModelOptions = {},
): KernelModel {
  const rows = selectDesignRows(population, measured);
  const residual = y.map((value, i) => value - rows.offset[i]!);
  const centre = median(residual);
  const targets = residual.map((r) => r - centre);
  const expected = population.offset.every((z) => z === 0) ? fromScratch : withSources;
  const usesTiles = rows.tiles > 0 && measured.length >= rowsForTiles;
  const views: ((rows: DesignRows) => ProcessRows)[] = [(all) => all.smooth];
  if (usesTiles) views.push((all) => all.tiled);
  const members = views.map((view, i) => {
    const own = view(rows);
    const prior = broadPrior(own.inputs.columns, i === 1 ? rows.tiles : 0, form, expected);
    const started = options.start?.[i];
    const start = started?.length === prior.centre.length ? started : undefined;
    return fitProcess(own, targets, form, {
      prior,
      ...(start && { start }),
      ...(options.signal && { signal: options.signal }),
    });
  });
  return mix(members, views, centre);
}

function mix(
  members: readonly Process[],
  views: readonly ((rows: DesignRows) => ProcessRows)[],
  centre: number,
): KernelModel {
  const left = members.map((member) => member.leaveOneOut());
  const shares = members.length === 1 ? [1] : mixingShares(left[0]!.residual, left[1]!.residual);
  const blend = (parts: readonly Float64Array[]) =>
    parts[0]!.map((_, i) => parts.reduce((sum, p, m) => sum + shares[m]! * p[i]!, 0));
  const residual = blend(left.map((l) => l.residual));
  const deviation = blend(left.map((l) => l.deviation));
  const scores = Array.from(residual, (e, i) => Math.abs(e) / deviation[i]!).sort((a, b) => a - b);
  return {
    heldOutErrors: residual.map(Math.abs),
    hyperparameters: members.map((member) => member.hyperparameters),
    predict(rows, level) {
      const posteriors = members.map((member, m) => member.posterior(views[m]!(rows)));
      const mean = blend(posteriors.map((p) => p.mean));
      const spread = blend(posteriors.map((p) => p.deviation));
      const factor = conformalQuantile(scores, level);
      return Array.from(mean, (value, i) => {
        const log = rows.offset[i]! + centre + value;
        const half = factor * spread[i]!;
        return { latencyMs: Math.exp(log), lowMs: Math.exp(log - half), highMs: Math.exp(log + half) };
      });
    },
  };
}

/** Steps of 10 %, least mean |error| left out; the pull towards half and half is worth one measurement in ten. */
function mixingShares(first: Float64Array, second: Float64Array): number[] {
  let best = 0.5;
  let least = Number.POSITIVE_INFINITY;
  const typical = meanAbsolute(first, second, 0.5);
  for (let share = 0; share <= 1.001; share += 0.1) {
    const loss = meanAbsolute(first, second, share) + 0.1 * typical * Math.abs(share - 0.5);
    if (loss < least - 1e-12) [best, least] = [share, loss];
  }
  return [best, 1 - best];
}

function meanAbsolute(first: Float64Array, second: Float64Array, share: number): number {
  let total = 0;
  for (let i = 0; i < first.length; i++) total += Math.abs(share * first[i]! + (1 - share) * second[i]!);
  return total / first.length;
}
