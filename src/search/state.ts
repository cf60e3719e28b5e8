/** A search between two generations: plain JSON, from which it goes on exactly as if it had never stopped. */
import { addToArchive } from "./archive.js";
import { hypervolume } from "./hypervolume.js";
import type { Individual } from "./types.js";

export interface SearchState {
  /** Generations done; the first one is the draw. */
  readonly generation: number;
  readonly evaluated: number;
  /** How many of the last generation met the budgets. */
  readonly feasibleShare: number;
  readonly population: readonly Individual[];
  /** The front so far. */
  readonly archive: readonly Individual[];
  /** Least violation met so far, and the generation of it. */
  readonly nearest: { readonly individual: Individual; readonly generation: number };
  /** Best of the first objective among the feasible, and the generation of it. */
  readonly best?: { readonly individual: Individual; readonly generation: number } | undefined;
  /** Smallest that the budgeted latencies can get, in the order of the platforms; NaN is null in JSON, so absent ones are 0. */
  readonly smallestMs: readonly number[];
  /** Corners of the box that hypervolumes are shares of: worst and best of each objective in the first generation. */
  readonly box: { readonly worst: readonly number[]; readonly best: readonly number[] };
}

/** Of the archive, in units of the first generation's box. */
export function hypervolumeOf({ archive, box: { worst, best } }: SearchState): number {
  const unit = (value: number, k: number) => (value - best[k]!) / Math.max(worst[k]! - best[k]!, 1e-12);
  return hypervolume(
    archive.map(({ values }) => values.map(unit)),
    worst.map(() => 1),
  );
}

/** What is told of a search as it runs. */
export interface FrontSoFar {
  readonly generation: number;
  readonly evaluated: number;
  /** Share of the first generation's box, which a front may outgrow. */
  readonly hypervolume: number;
  /** Objectives of each architecture of the front, all to be made small. */
  readonly points: readonly (readonly number[])[];
}

export const frontSoFar = (state: SearchState): FrontSoFar => ({
  generation: state.generation,
  evaluated: state.evaluated,
  hypervolume: hypervolumeOf(state),
  points: state.archive.map(({ values }) => values),
});

export function firstState(population: readonly Individual[], smallest: readonly Individual[]): SearchState {
  const all = [...population, ...smallest];
  const columns = all[0]!.values.map((_, k) => all.map(({ values }) => values[k]!));
  const start: SearchState = {
    generation: 0,
    evaluated: 0,
    feasibleShare: 0,
    population,
    archive: [],
    nearest: { individual: all[0]!, generation: 0 },
    smallestMs: all[0]!.limitedMs.map((_, i) => Math.min(...all.map(({ limitedMs }) => limitedMs[i]!))),
    box: {
      worst: columns.map((values) => Math.max(...values)),
      best: columns.map((values) => Math.min(...values)),
    },
  };
  return advance(start, population, all);
}

/** The state after a generation. @param population the survivors @param met all that were evaluated */
export function advance(
  before: SearchState,
  population: readonly Individual[],
  met: readonly Individual[],
): SearchState {
  const generation = before.generation + 1;
  const feasible = met.filter(({ violation }) => violation === 0);
  const nearest = met.reduce((least, other) => (other.violation < least.violation ? other : least));
  const best = feasible.reduce<Individual | undefined>(
    (least, other) => (least === undefined || other.values[0]! < least.values[0]! ? other : least),
    undefined,
  );
  const isBetter = best && best.values[0]! < (before.best?.individual.values[0] ?? Number.POSITIVE_INFINITY);
  return {
    ...before,
    generation,
    evaluated: before.evaluated + met.length,
    feasibleShare: feasible.length / met.length,
    population,
    archive: addToArchive(before.archive, feasible),
    nearest:
      nearest.violation < before.nearest.individual.violation ? { individual: nearest, generation } : before.nearest,
    best: isBetter ? { individual: best, generation } : before.best,
    smallestMs: before.smallestMs.map((ms, i) =>
      met.reduce((least, { limitedMs }) => Math.min(least, limitedMs[i]!), ms),
    ),
  };
}

/** The same front and population under predictors that have changed; what it cost is counted. */
export function restate(
  before: SearchState,
  population: readonly Individual[],
  archive: readonly Individual[],
): SearchState {
  const all = [...population, ...archive];
  return advance(
    { ...before, archive: [], best: undefined, nearest: { individual: all[0]!, generation: before.generation } },
    population,
    all,
  );
}
