/**
 * `litepred evaluate regret`: where accuracy and latency of every architecture are known, how far from the best one a search ends that
 * may measure few latencies. Nothing is timed: measurements are looked up. Runs are kept as they end, and the same call goes on.
 */
import { join } from "node:path";
import type { NasBench201DataSet } from "../../accuracy/index.js";
import { LitepredError, quantile } from "../../base/index.js";
import { keptRuns } from "../kept-runs.js";
import { today } from "../markdown.js";
import { optimaOf } from "./benchmark.js";
import { answerBy } from "./methods.js";
import { budgetShares, planRegret, type RegretOptions, type RegretPlan } from "./plan.js";
import { type RegretReport, type RegretRun, regretCells } from "./report.js";
import { readBenchmarks } from "./tables.js";

export interface EvaluateRegretRequest extends RegretOptions {
  readonly home: string;
  readonly folder: string;
  /** Whose accuracies of NAS-Bench-201. */
  readonly dataSet?: NasBench201DataSet | undefined;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export async function evaluateRegret(request: EvaluateRegretRequest): Promise<RegretReport> {
  const { benchmarks, skipped } = await readBenchmarks(request.folder, request.dataSet ?? "cifar10");
  const plans = planRegret(benchmarks, request);
  const kept = keptRuns<RegretRun>(join(request.home, "experiments", "regret", `runs-${version}.json`));
  request.onStage?.("searches", plans.length);
  const runs: RegretRun[] = [];
  for (const [i, plan] of plans.entries()) {
    request.onProgress?.(i, `${plan.device} by ${plan.method}`);
    if (request.signal?.aborted) throw new LitepredError("interrupted", "the same command goes on from here");
    runs.push(
      await kept.findOrDo(
        (run) => isRunOf(run, plan),
        async () => runOnce(plan),
      ),
    );
    // Lets Ctrl-C through: a run is plain computing.
    await new Promise(setImmediate);
  }
  return {
    date: today(),
    measurements: request.measurements ?? plans[0]?.measurements ?? 0,
    shares: budgetShares,
    cells: regretCells(runs),
    skipped,
  };
}

/** Of the methods: runs of another are not this one's. */
const version = 1;

const isRunOf = (run: RegretRun, { benchmark, device, method, measurements, seed }: RegretPlan) =>
  run.benchmark === benchmark.name &&
  run.device === device &&
  run.method === method &&
  run.measurements === measurements &&
  run.seed === seed;

function runOnce({ benchmark, device: name, method, measurements, seed }: RegretPlan): RegretRun {
  const device = benchmark.devices.find((one) => one.name === name)!;
  const { latenciesMs } = device;
  const budgetsMs = budgetShares.map((share) => quantile(latenciesMs, share));
  const optima = optimaOf(benchmark, latenciesMs, budgetsMs);
  const { chosen, measured } = answerBy(method, { benchmark, device, budgetsMs, measurements, seed });
  return {
    ...{ benchmark: benchmark.name, device: name, method, measurements, seed, measured },
    outcomes: budgetsMs.map((budgetMs, b) => {
      const one = chosen[b];
      return {
        share: budgetShares[b]!,
        budgetMs,
        optimum: benchmark.accuracies[optima[b]!]!,
        accuracy: one === undefined ? null : benchmark.accuracies[one]!,
        keepsBudget: one !== undefined && latenciesMs[one]! <= budgetMs,
      };
    }),
  };
}
