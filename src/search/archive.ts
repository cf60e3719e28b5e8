/** All that no other feasible architecture met so far dominates, each once. Plain arrays: a search's state is JSON. */
import { dominatesValues, selectBest } from "./domination.js";
import type { Individual } from "./types.js";

/** Beyond it the most crowded go: fronts of three and more objectives would grow without end. Choice. */
export const archiveLimit = 500;

export function addToArchive(archive: readonly Individual[], found: readonly Individual[]): Individual[] {
  let kept = [...archive];
  for (const candidate of found) {
    if (candidate.violation > 0 || kept.some((known) => isCovered(candidate, known))) continue;
    kept = kept.filter((known) => !dominatesValues(candidate.values, known.values));
    kept.push(candidate);
  }
  return kept.length > archiveLimit ? selectBest(kept, archiveLimit) : kept;
}

/** Dominated, or no better in anything. */
const isCovered = (candidate: Individual, known: Individual) =>
  candidate.values.every((value, k) => known.values[k]! <= value);
