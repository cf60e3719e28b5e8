/** Architectures whose accuracy and latency on several devices are all known: where a search's answer can be held against the best. */
import type { Matrix } from "../../learning/index.js";

export interface BenchmarkDevice {
  readonly name: string;
  /** Devices of one family (a card at several batch sizes) are never each other's sources. */
  readonly family: string;
  readonly latenciesMs: Float64Array;
}

export interface Benchmark {
  readonly name: string;
  readonly count: number;
  /** Top-1 in percent. */
  readonly accuracies: Float64Array;
  /** What a latency may depend on, a row an architecture. */
  readonly features: Matrix;
  readonly devices: readonly BenchmarkDevice[];
}

/** The best architecture that keeps each budget; the optimum that nobody can beat. */
export function optimaOf({ accuracies }: Benchmark, latenciesMs: Float64Array, budgetsMs: readonly number[]): number[] {
  return budgetsMs.map((budgetMs) => bestWithin(accuracies.keys(), accuracies, latenciesMs, budgetMs)!);
}

/** Of these architectures; undefined where none keeps the budget. */
export function bestWithin(
  candidates: Iterable<number>,
  accuracies: Float64Array,
  latenciesMs: Float64Array,
  budgetMs: number,
): number | undefined {
  let best: number | undefined;
  for (const i of candidates)
    if (latenciesMs[i]! <= budgetMs && (best === undefined || accuracies[i]! > accuracies[best]!)) best = i;
  return best;
}
