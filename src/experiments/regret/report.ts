/** Regret: points of accuracy that the best architecture under a budget has above the one that was chosen. Pure. */
import { groupBy, mean, median, quantile } from "../../base/index.js";
import type { RegretMethod } from "./methods.js";

/** One run: one device, one method, one seed, all budgets. */
export interface RegretRun {
  readonly benchmark: string;
  readonly device: string;
  readonly method: RegretMethod;
  readonly measurements: number;
  readonly seed: number;
  readonly measured: number;
  readonly outcomes: readonly RegretOutcome[];
}

export interface RegretOutcome {
  readonly share: number;
  readonly budgetMs: number;
  readonly optimum: number;
  /** Null where nothing was chosen. */
  readonly accuracy: number | null;
  /** Latency of the chosen one over the budget. */
  readonly keepsBudget: boolean;
}

export interface RegretCell {
  readonly benchmark: string;
  readonly device: string;
  readonly method: RegretMethod;
  readonly seeds: number;
  readonly measured: number;
  /** Median over seeds, for each budget; Infinity (null in JSON) where most runs chose nothing that keeps it. */
  readonly regrets: readonly number[];
  /** Over budgets and seeds. */
  readonly median: number;
  readonly p90: number;
  /** Share of runs × budgets whose choice keeps the budget. */
  readonly kept: number;
}

export interface RegretReport {
  readonly date: string;
  readonly measurements: number;
  readonly shares: readonly number[];
  readonly cells: readonly RegretCell[];
  readonly skipped: readonly string[];
}

/** A choice that breaks its budget is none. */
export const regretOf = ({ optimum, accuracy, keepsBudget }: RegretOutcome): number =>
  accuracy !== null && keepsBudget ? optimum - accuracy : Number.POSITIVE_INFINITY;

export function regretCells(runs: readonly RegretRun[]): RegretCell[] {
  const groups = groupBy(runs, ({ benchmark, device, method }) => `${benchmark}|${device}|${method}`);
  return [...groups.values()].map((group) => {
    const { benchmark, device, method } = group[0]!;
    const all = group.flatMap(({ outcomes }) => outcomes);
    const regrets = all.map(regretOf);
    return {
      ...{ benchmark, device, method, seeds: group.length },
      measured: mean(group.map(({ measured }) => measured)),
      regrets: group[0]!.outcomes.map((_, b) => middle(group.map(({ outcomes }) => regretOf(outcomes[b]!)))),
      median: middle(regrets),
      p90: upper(regrets),
      kept: mean(all.map(({ keepsBudget }) => (keepsBudget ? 1 : 0))),
    };
  });
}

/** Order statistics of values that may be infinite: none is made of two. */
const middle = (values: readonly number[]) =>
  values.every(Number.isFinite) ? median(values) : orderStatistic(values, 0.5);
const upper = (values: readonly number[]) =>
  values.every(Number.isFinite) ? quantile(values, 0.9) : orderStatistic(values, 0.9);

function orderStatistic(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.ceil((sorted.length - 1) * q)]!;
}
