/**
 * Ways to the most accurate architectures under several latency budgets with a given number of latency measurements on the device.
 * Accuracies are known, latencies only where measured; each answers with what it would deploy under each budget.
 *
 * `search`: measures some at random, fits a law of latency, then measures where accuracy might still be gained (chance to keep the
 * budget times gain, for one budget after the other) and fits again. `search-alone`: the same without other devices. `fit-once`: all
 * measurements at random, one fit, the best that is predicted to keep the budget, unmeasured. `random`: the best of as many at random.
 */
import { createRandom } from "../../base/index.js";
import type { Matrix } from "../../learning/index.js";
import { type Benchmark, type BenchmarkDevice, bestWithin } from "./benchmark.js";
import { fitLatency, lawColumns } from "./latency-law.js";

export const methodNames = ["search", "search-alone", "fit-once", "random"] as const;
export type RegretMethod = (typeof methodNames)[number];

export interface RegretTask {
  readonly benchmark: Benchmark;
  readonly device: BenchmarkDevice;
  readonly budgetsMs: readonly number[];
  /** That may be looked at, over all budgets together. */
  readonly measurements: number;
  readonly seed: number;
}

export interface RegretAnswer {
  /** Index of the architecture for each budget; undefined where none is known to keep it. */
  readonly chosen: readonly (number | undefined)[];
  readonly measured: number;
}

export function answerBy(method: RegretMethod, task: RegretTask): RegretAnswer {
  switch (method) {
    case "search":
      return searchMeasureRefit(task, columnsFor(task, true));
    case "search-alone":
      return searchMeasureRefit(task, columnsFor(task, false));
    case "fit-once":
      return fitOnce(task);
    case "random":
      return { chosen: bestOf(task, drawn(task, task.measurements)), measured: task.measurements };
    default:
      return method satisfies never;
  }
}

function columnsFor({ benchmark, device }: RegretTask, hasSources: boolean): Matrix {
  const sources = benchmark.devices.filter(({ family }) => hasSources && family !== device.family);
  return lawColumns(
    benchmark.features,
    sources.map(({ latenciesMs }) => latenciesMs),
  );
}

function drawn({ benchmark, seed, device }: RegretTask, count: number): number[] {
  const all = Array.from({ length: benchmark.count }, (_, i) => i);
  return createRandom(seed).fork(device.name).shuffle(all).slice(0, count);
}

const bestOf = ({ benchmark, device, budgetsMs }: RegretTask, measured: readonly number[]) =>
  budgetsMs.map((budgetMs) => bestWithin(measured, benchmark.accuracies, device.latenciesMs, budgetMs));

function fitOnce(task: RegretTask): RegretAnswer {
  const { benchmark, device, budgetsMs, measurements } = task;
  const { logs } = fitLatency(columnsFor(task, true), drawn(task, measurements), device.latenciesMs);
  const predictedMs = logs.map(Math.exp);
  const all = Array.from({ length: benchmark.count }, (_, i) => i);
  return {
    chosen: budgetsMs.map((budgetMs) => bestWithin(all, benchmark.accuracies, predictedMs, budgetMs)),
    measured: measurements,
  };
}

/** Measured at random before the first fit. Choice: 60 to 120 do not differ. */
const firstMeasurements = 80;

/** Measured for each budget between two fits. Choice. */
const perBudget = 2;

function searchMeasureRefit(task: RegretTask, columns: Matrix): RegretAnswer {
  const { device, budgetsMs, measurements } = task;
  const measured = drawn(task, Math.min(firstMeasurements, measurements));
  const seen = new Set(measured);
  while (measured.length < measurements) {
    const law = fitLatency(columns, measured, device.latenciesMs);
    const before = measured.length;
    for (let turn = 0; turn < perBudget * budgetsMs.length && measured.length < measurements; turn++) {
      const b = turn % budgetsMs.length;
      const next = mostPromising(task, law, Math.log(budgetsMs[b]!), bestOf(task, measured)[b], seen);
      if (next === undefined) continue;
      measured.push(next);
      seen.add(next);
    }
    if (measured.length === before) break;
  }
  return { chosen: bestOf(task, measured), measured: measured.length };
}

/** Chances below are not worth a measurement: four deviations beyond the budget. Choice. */
const hopeless = 4;

/** The unmeasured one with the highest chance to keep the budget times gain over the best measured; undefined where none can gain. */
function mostPromising(
  { benchmark: { accuracies } }: RegretTask,
  { logs, scatter }: { logs: Float64Array; scatter: number },
  logBudget: number,
  best: number | undefined,
  seen: ReadonlySet<number>,
): number | undefined {
  const known = best === undefined ? 0 : accuracies[best]!;
  let [found, highest]: [number | undefined, number] = [undefined, 0];
  for (let i = 0; i < accuracies.length; i++) {
    const gain = accuracies[i]! - known;
    const margin = (logBudget - logs[i]!) / scatter;
    if (gain <= highest || margin < -hopeless || seen.has(i)) continue;
    const expected = gain * chanceBelow(margin);
    if (expected > highest) [found, highest] = [i, expected];
  }
  return found;
}

/** Distribution function of the logistic law that is nearest to the normal one: heavier tails, as errors of predictions have. */
const chanceBelow = (deviations: number) => 1 / (1 + Math.exp(-1.702 * deviations));
