/**
 * Two residual processes over the sources' latencies, with and without tile columns, mixed by their leave-one-out errors:
 * which of the two is right differs by kernel type and by how much was measured.
 */
import { median } from "../base/index.js";
import type { DesignRows } from "./design.js";
import { narrowPrior, type SourcePrior } from "./narrow-prior.js";
import { broadPrior, type Expectation, fitProcess, type Process } from "./process.js";
import type { ProcessForm, ProcessRows } from "./process-likelihood.js";

export interface Ensemble {
  /** ln ms, and the deviation of a new measurement around it. */
  predict(rows: DesignRows): { mean: Float64Array; deviation: Float64Array };
  /** |ln(measured ÷ predicted)| of each row, predicted without it; hyper-parameters kept. */
  readonly leftOutErrors: Float64Array;
  readonly hyperparameters: readonly Float64Array[];
}

export interface EnsembleOptions {
  /** Hyper-parameters of an earlier fit of the same design. */
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

type View = (rows: DesignRows) => ProcessRows;

/** `y`: ln ms, one per row. */
export function fitEnsemble(
  rows: DesignRows,
  y: Float64Array,
  form: ProcessForm,
  options: EnsembleOptions = {},
): Ensemble {
  const residual = y.map((value, i) => value - rows.offset[i]!);
  const centre = median(residual);
  const targets = residual.map((r) => r - centre);
  const views: View[] = [(all) => all.smooth];
  if (rows.tiles > 0 && y.length >= rowsForTiles) views.push((all) => all.tiled);
  const members = views.map((view, i) => fitMember(view(rows), i === 1 ? rows.tiles : 0, targets, form, options, i));
  return mix(members, views, centre);
}

function fitMember(
  rows: ProcessRows,
  tiles: number,
  targets: Float64Array,
  form: ProcessForm,
  { start, learned, iterations, signal }: EnsembleOptions,
  member: number,
): Process {
  // Only a design without sources has a single group of basis columns.
  const broad = broadPrior(rows.inputs.columns, tiles, form, form.groupCount === 1 ? fromScratch : withSources);
  const prior = learned === undefined ? broad : narrowPrior(broad, learned);
  const started = start?.[member];
  return fitProcess(rows, targets, form, {
    prior,
    ...(started?.length === prior.centre.length && { start: started }),
    ...(iterations !== undefined && { iterations }),
    ...(signal && { signal }),
  });
}

function mix(members: readonly Process[], views: readonly View[], centre: number): Ensemble {
  const left = members.map((member) => member.leaveOneOut().residual);
  const shares = members.length === 1 ? [1] : mixingShares(left[0]!, left[1]!);
  const blend = (parts: readonly Float64Array[]) =>
    parts[0]!.map((_, i) => parts.reduce((sum, part, m) => sum + shares[m]! * part[i]!, 0));
  return {
    leftOutErrors: blend(left).map(Math.abs),
    hyperparameters: members.map((member) => member.hyperparameters),
    predict(rows) {
      const posteriors = members.map((member, m) => member.posterior(views[m]!(rows)));
      const mean = blend(posteriors.map((posterior) => posterior.mean));
      return {
        mean: mean.map((value, i) => rows.offset[i]! + centre + value),
        deviation: blend(posteriors.map((posterior) => posterior.deviation)),
      };
    },
  };
}

/** Steps of 10 %, least mean |error| left out; being off half and half by as much as can be must gain 5 %. Choice. */
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
