/**
 * `evaluate baselines`: every method fitted from what the store has of real platforms (measured by `evaluate transfer --platform …
 * --measure-only`), each in turn the target. Computed, so it can be repeated; every cell is kept as it ends.
 */

import { latencyMetrics } from "../../evaluation/index.js";
import { kernelRows, openStore } from "../../measurements/index.js";
import { readCpuFacts } from "../../platforms/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { resolvePlatformId } from "../../workspace/index.js";
import { keptFile, keptRuns } from "../kept-runs.js";
import { today } from "../markdown.js";
import type { PlatformsRequest } from "../transfer/measure.js";
import { splitNetworks, transferVariants } from "../transfer/plan.js";
import { noiseCeiling } from "../transfer/report.js";
import { evaluateTransferPlatforms, readTarget, secondsEach, type Target } from "../transfer/run.js";
import { fitBaseline } from "./fit.js";
import { type BaselineMethod, type BaselinePlan, isTransfer, planBaselines } from "./plan.js";
import { type BaselineCell, type BaselinesReport, summariseBaselines } from "./report.js";

export interface BaselinesRequest extends PlatformsRequest {
  /** Default: all of `platforms`. */
  readonly targets?: readonly string[] | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly seeds: number;
  /** Smaller trainings, for tests. */
  readonly episodes?: number | undefined;
  readonly epochs?: number | undefined;
  readonly trees?: number | undefined;
}

export async function evaluateBaselines(request: BaselinesRequest): Promise<BaselinesReport> {
  const { home } = request;
  const plans = planBaselines(request.methods, request.seeds);
  const resolve = (ids: readonly string[]) => Promise.all(ids.map((id) => resolvePlatformId(id, home)));
  const platforms = await resolve(request.platforms);
  const wanted = request.targets === undefined ? platforms : await resolve(request.targets);
  const known = await readAll(home, platforms);
  const targets: BaselinesReport["targets"][number][] = [];
  const cells: BaselineCell[] = [];
  request.onStage?.("baselines", wanted.length * plans.length);
  for (const id of wanted) {
    const target = known.get(id);
    if (target === undefined) continue;
    const { test } = splitNetworks(target.architectures, 1);
    if (test.length === 0) continue;
    targets.push({ target: id, test: test.length, noise: noiseCeiling(target.architectures) });
    const kept = keptRuns<BaselineCell>(keptFile(home, "baselines", circumstances(request, target, platforms)));
    for (const plan of plans) {
      const isDone = (cell: BaselineCell) => cell.method === plan.method && cell.seed === plan.seed;
      cells.push(await kept.findOrDo(isDone, () => cellOf(request, known, target, plan)));
      request.onProgress?.(cells.length, `${id}: ${plan.method}`);
    }
  }
  return { date: today(), cpu: readCpuFacts().model, platforms, targets, rows: summariseBaselines(cells), cells };
}

const circumstances = (
  { episodes, epochs, trees }: BaselinesRequest,
  target: Target,
  platforms: readonly string[],
) => ({
  ...{ version: 1, target: target.platform, rows: target.rows.length, platforms },
  ...{ episodes, epochs, trees },
});

async function readAll(home: string, platforms: readonly string[]): Promise<Map<string, Target>> {
  const store = await openStore(home);
  try {
    const known = new Map<string, Target>();
    for (const platform of platforms)
      known.set(platform, await readTarget(platform, await store.query({ platform, every: true })));
    return known;
  } finally {
    await store.close();
  }
}

function cellOf(
  request: BaselinesRequest,
  known: ReadonlyMap<string, Target>,
  target: Target,
  plan: BaselinePlan,
): Promise<BaselineCell> {
  return isTransfer(plan.method)
    ? transferCell(request, target, plan, plan.method)
    : fittedCell(request, known, target, plan);
}

async function fittedCell(
  { episodes, epochs, trees, signal }: BaselinesRequest,
  known: ReadonlyMap<string, Target>,
  target: Target,
  { method, seed }: BaselinePlan,
): Promise<BaselineCell> {
  const started = performance.now();
  const { looked, test } = splitNetworks(target.architectures, seed);
  const others = [...known.values()].filter(({ platform }) => platform !== target.platform);
  const outcome = await fitBaseline(method as Exclude<BaselineMethod, "litepred" | "default">, {
    backend: onnxRuntime,
    kernels: kernelRows(target.rows),
    looked,
    test,
    others: others.map(
      ({ architectures }) => new Map(architectures.map(({ name = "", measuredMs }) => [name, measuredMs])),
    ),
    ...{ seed, episodes, epochs, trees, signal },
  });
  const { kernels, architectures } = outcome;
  const cost = (count: number, kind: "kernel" | "model") => (count === 0 ? 0 : count * secondsEach(target.rows, kind));
  return {
    target: target.platform,
    ...{ method, seed, kernels, architectures },
    profilingSeconds: cost(kernels, "kernel") + cost(architectures, "model"),
    metrics: latencyMetrics(
      outcome.predictedMs,
      test.map(({ measuredMs }) => measuredMs),
    ),
    seconds: (performance.now() - started) / 1000,
  };
}

/** The one path of adaptation, the same seed's split. */
async function transferCell(
  request: BaselinesRequest,
  target: Target,
  { seed }: BaselinePlan,
  method: "litepred" | "default",
): Promise<BaselineCell> {
  const variants = transferVariants.filter(({ sources }) => sources === "all");
  const { home, platforms, signal } = request;
  const report = await evaluateTransferPlatforms({
    ...{ home, platforms, signal, method, variants, targets: [target.platform] },
    seeds: seed,
  });
  const cell = report.cells.find((one) => one.seed === seed)!;
  const looked = splitNetworks(target.architectures, seed).looked.length;
  return {
    target: target.platform,
    ...{ method, seed },
    kernels: cell.measurementsUsed - looked,
    architectures: looked,
    profilingSeconds: cell.minutes * 60,
    metrics: cell.overall,
    seconds: cell.seconds,
  };
}
