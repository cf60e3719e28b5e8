/**
 * What is held out when accuracies are fitted. By depths: every sub-network whose stages have the depths of a held-out one is held out
 * too, since searches come by many near relatives. Evenly: any fifth of the rows. And how many rows the learning curve has. Pure.
 */
import type { OfaRow } from "../../accuracy/index.js";
import { createRandom, type Fold, groupBy, leaveOutFolds } from "../../base/index.js";

export type SplitName = "by depths" | "evenly";
export const splitNames: readonly SplitName[] = ["by depths", "evenly"];

/** Choice: a fifth is held out at a time. */
const folds = 5;

export function splitRows(rows: readonly OfaRow[], split: SplitName, seed: number): Fold<OfaRow>[] {
  const random = createRandom(seed).fork(split);
  const groups =
    split === "evenly"
      ? rows.map((row) => [row])
      : [...groupBy(rows, ({ architecture }) => architecture.d.join("")).values()];
  const shuffled = random.shuffle(groups);
  return leaveOutFolds(shuffled, folds).map(({ kept, left }) => ({ kept: kept.flat(), left: left.flat() }));
}

/** Rows that a point of the learning curve is fitted on, random and searched ones alike; the last is all that are kept. */
const curveSizes = [100, 200, 400, 800, 1600];

/** The rows that each size is fitted on: the smaller ones are part of the larger. */
export function curveRows(kept: readonly OfaRow[], seed: number): OfaRow[][] {
  const shuffled = createRandom(seed).fork("curve").shuffle(kept);
  return [...curveSizes.filter((size) => size < kept.length), kept.length].map((size) => shuffled.slice(0, size));
}
