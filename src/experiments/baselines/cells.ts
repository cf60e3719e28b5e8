/** One cell of the table of baselines: a method, a target and a seed, from what was measured of the target. */

import { loadSources } from "../../adapting/index.js";
import { stableJson } from "../../base/index.js";
import { intervalCoverage, intervalWidth, latencyMetrics } from "../../evaluation/index.js";
import { kernelRows, type Measurement } from "../../measurements/index.js";
import { openPool } from "../../pool/index.js";
import { loadPlatformPredictor } from "../../predictors/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { loadTransferMethod } from "../../transfer/index.js";
import { measuringSeconds, secondsOfOne } from "../measuring-cost.js";
import { transferOnce } from "../transfer/once.js";
import { transferVariants } from "../transfer/plan.js";
import type { Target } from "../transfer/target.js";
import { type Fitted, fitBaseline } from "./fit.js";
import { type BaselinePlan, kindOf, splitNetworks } from "./plan.js";
import type { BaselineCell, NotRun } from "./report.js";

export interface CellTask {
  readonly home: string;
  /** More folders of predictors to transfer from. */
  readonly pools: readonly string[];
  /** All platforms that were measured, the target among them. */
  readonly known: ReadonlyMap<string, Target>;
  readonly target: Target;
  /** Smaller trainings, for tests. */
  readonly episodes?: number | undefined;
  readonly epochs?: number | undefined;
  readonly trees?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the method reached, or why it could not be run on what was measured. */
export function cellOf(task: CellTask, plan: BaselinePlan): Promise<BaselineCell | NotRun> {
  switch (kindOf(plan.method)) {
    case "fitted":
      return fittedCell(task, plan);
    case "transferred":
      return transferredCell(task, plan, plan.method as "litepred" | "default");
    case "shipped":
      return shippedCell(task, plan);
  }
}

async function fittedCell(
  { known, target, episodes, epochs, trees, signal }: CellTask,
  { method, seed }: BaselinePlan,
): Promise<BaselineCell | NotRun> {
  const started = performance.now();
  const { looked, test } = splitNetworks(target.architectures, seed);
  const others = [...known.values()].filter(({ platform }) => platform !== target.platform);
  const outcome = await fitBaseline(method as Fitted, {
    backend: onnxRuntime,
    kernels: kernelRows(target.rows),
    looked,
    test,
    others: others.map(
      ({ architectures }) => new Map(architectures.map(({ name = "", measuredMs }) => [name, measuredMs])),
    ),
    ...{ seed, episodes, epochs, trees, signal },
  });
  if ("reason" in outcome) return { target: target.platform, method, seed, reason: outcome.reason };
  const { kernels, architectures } = outcome;
  const ofKernels = () => measuringSeconds(target.rows.filter(({ subject }) => subject.kind === "kernel"));
  const ofModels = () => architectures * secondsOfOne(target.rows, "model");
  return {
    target: target.platform,
    ...{ method, seed, kernels, architectures },
    profilingSeconds: (kernels === 0 ? 0 : ofKernels()) + (architectures === 0 ? 0 : ofModels()),
    metrics: latencyMetrics(
      outcome.predictedMs,
      test.map(({ measuredMs }) => measuredMs),
    ),
    seconds: (performance.now() - started) / 1000,
  };
}

/** The one path of adaptation from what the store has, without predictors of the same platform; the same seed's test. */
async function transferredCell(
  { home, pools, target, signal }: CellTask,
  { seed }: BaselinePlan,
  method: "litepred" | "default",
): Promise<BaselineCell> {
  const whole = transferVariants.find(({ sources }) => sources === "all")!;
  const variant = { ...whole, kernels: method === "litepred" ? kernelsOfPublished : undefined };
  const sources = await loadSources(target.platform, { home, pools });
  try {
    const loaded = await loadTransferMethod(method, onnxRuntime);
    const { test } = splitNetworks(target.architectures, seed);
    const networks = [...target.fits.values()];
    const transfer = { target, method: loaded, sources, variant, run: seed, networks, test };
    const cell = await transferOnce({ signal }, transfer);
    const { intervalCoverage, intervalWidth, sumWithin10: _, ...metrics } = cell.overall;
    return {
      target: target.platform,
      ...{ method, seed, architectures: networks.length, kernels: cell.measurementsUsed - networks.length },
      profilingSeconds: cell.minutes * 60,
      metrics,
      ...{ intervalCoverage, intervalWidth },
      seconds: cell.seconds,
    };
  } finally {
    for (const source of sources) await source.release();
  }
}

/** Kernels that the published method chooses for itself: what its paper measures is of this order. Choice. */
const kernelsOfPublished = 400;

/** The file that `litepred adapt` made in this workspace, on the same test. */
async function shippedCell({ home, target }: CellTask, { method, seed }: BaselinePlan): Promise<BaselineCell | NotRun> {
  const started = performance.now();
  const pool = openPool(home);
  const entry = pool.list().entries.find(({ platform }) => platform === target.platform);
  if (!entry?.file.startsWith(pool.folders[0]!) || !entry.provenance.method.startsWith("adapt/"))
    return {
      ...{ target: target.platform, method, seed },
      reason: `the workspace has no predictor that \`litepred adapt --platform ${target.platform}\` made`,
    };
  const { test } = splitNetworks(target.architectures, seed);
  const measured = test.map(({ measuredMs }) => measuredMs);
  const predictor = await loadPlatformPredictor(pool.load(target.platform), onnxRuntime);
  const predicted = await predictor.predictAll(test.map(({ detection }) => detection));
  await predictor.release();
  const behind = rowsBehind(target.rows, entry.provenance.date);
  const intervals = predicted.map(({ interval }) => interval);
  return {
    target: target.platform,
    ...{ method, seed },
    kernels: distinct(behind, "kernel"),
    architectures: distinct(behind, "model"),
    profilingSeconds: measuringSeconds(behind),
    metrics: latencyMetrics(
      predicted.map(({ latencyMs }) => latencyMs),
      measured,
    ),
    intervalCoverage: intervalCoverage(intervals, measured),
    intervalWidth: intervalWidth(intervals),
    seconds: (performance.now() - started) / 1000,
  };
}

/** What there was when a predictor was made, but for what only tests. @param date of the last measurement behind it */
export const rowsBehind = (rows: readonly Measurement[], date: string): Measurement[] =>
  rows.filter(({ purpose, at }) => purpose !== "test" && purpose !== "example" && at <= date);

/** Kernels by config; networks whole or under the profiler by name. */
const distinct = (rows: readonly Measurement[], kind: "kernel" | "model"): number =>
  new Set(
    rows.flatMap(({ subject }) =>
      subject.kind !== kind
        ? []
        : [subject.kind === "kernel" ? `${subject.type} ${stableJson(subject.config)}` : subject.name],
    ),
  ).size;
