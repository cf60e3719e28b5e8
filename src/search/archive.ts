/** All that no other feasible architecture met so far dominates, each once. Plain arrays: a search's state is JSON. */
import { crowdingOf, dominatesValues } from "./domination.js";
import type { Individual } from "./types.js";

/** Fronts grow without end: what exceeds the limit by a share is cut to it, the most crowded first. Choices. */
export const archiveLimit = 500;
const tolerated = 1.5 * archiveLimit;

export function addToArchive(archive: readonly Individual[], found: readonly Individual[]): Individual[] {
  let kept = [...archive];
  for (const candidate of found) {
    if (candidate.violation > 0 || kept.some((known) => isCovered(candidate, known))) continue;
    kept = kept.filter((known) => !dominatesValues(candidate.values, known.values));
    kept.push(candidate);
  }
  return kept.length > tolerated ? leastCrowded(kept) : kept;
}

/** None dominates another, so that crowding alone decides. */
function leastCrowded(archive: readonly Individual[]): Individual[] {
  const crowding = crowdingOf(archive);
  const order = [...archive.keys()].sort((a, b) => crowding[b]! - crowding[a]! || a - b);
  return order.slice(0, archiveLimit).map((i) => archive[i]!);
}

/** Dominated, or no better in anything. */
const isCovered = (candidate: Individual, known: Individual) =>
  candidate.values.every((value, k) => known.values[k]! <= value);
