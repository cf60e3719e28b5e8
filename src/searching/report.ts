/** What a search answers: the front with intervals, what was measured beside what was predicted, the best under the budgets. */
import type { FoundArchitecture } from "../reports/index.js";
import {
  bestOf,
  type Individual,
  inOrder,
  kneeOf,
  predictArchitectures,
  type SearchProblem,
  type SearchState,
} from "../search/index.js";
import type { Verified } from "./journal.js";

/** The front under the predictors of the end, by latency. */
export async function describeFront(
  problem: SearchProblem,
  front: readonly Individual[],
  verified: readonly Verified[],
): Promise<FoundArchitecture[]> {
  const { level } = problem;
  const order = inOrder(front);
  const knee = kneeOf(front);
  const architectures = order.map(({ vector }) => problem.space.decode(vector));
  const predictions = await predictArchitectures(problem, architectures, level);
  return order.map((individual, i) => {
    const { accuracy, costs } = predictions[i]!;
    const measured = verified.filter(({ vector }) => vector.join() === individual.vector.join());
    return {
      architecture: architectures[i]!,
      encoding: individual.vector,
      accuracy: accuracy.accuracy,
      accuracyInterval: { level, low: accuracy.lowAccuracy, high: accuracy.highAccuracy },
      macs: costs[0]!.macs,
      params: costs[0]!.params,
      platforms: costs.map(({ latencyMs, lowMs, highMs }, p) => {
        const { platform } = problem.platforms[p]!.predictor;
        const { measuredMs, failed } = measured.find((one) => one.platform === platform) ?? {};
        return {
          platform,
          latencyMs,
          interval: { level, lowMs, highMs },
          measuredMs,
          failed,
        };
      }),
      verified: measured.length > 0 && measured.every(({ measuredMs }) => measuredMs !== undefined),
      isKnee: individual === knee,
    };
  });
}

/** Of the state's front what is not known to miss a budget when measured. */
export function standingFront(
  { archive }: SearchState,
  { platforms }: SearchProblem,
  verified: readonly Verified[],
): readonly Individual[] {
  const fallen = new Set(
    verified
      .filter(({ platform, measuredMs }) => {
        const maxMs = platforms.find(({ predictor }) => predictor.platform === platform)?.maxMs;
        return measuredMs === undefined || (maxMs !== undefined && measuredMs > maxMs);
      })
      .map(({ vector }) => vector.join()),
  );
  return archive.filter(({ vector }) => !fallen.has(vector.join()));
}

/** Verified ones come first, where there are any; among equals the best of the first objective. */
export function bestEntries(
  entries: readonly FoundArchitecture[],
  front: readonly Individual[],
  count: number,
): FoundArchitecture[] {
  const value = new Map(front.map(({ vector, values }) => [vector.join(), values[0]!]));
  const of = ({ encoding }: FoundArchitecture) => value.get(encoding.join())!;
  const verified = entries.filter((entry) => entry.verified);
  const candidates = verified.length > 0 ? verified : entries.filter((entry) => isBest(entry, front));
  return [...candidates].sort((a, b) => of(a) - of(b)).slice(0, Math.max(1, count));
}

const isBest = ({ encoding }: FoundArchitecture, front: readonly Individual[]) =>
  bestOf(front)?.vector.join() === encoding.join();
