/**
 * `evaluate baselines`: every method fitted from what the store has of real platforms (measured by `evaluate dataset` and by `adapt`, or by
 * `evaluate transfer --platform … --measure-only`), each in turn the target. Computed, so it can be repeated; every cell is kept as it
 * ends.
 */
import { openStore } from "../../measurements/index.js";
import { openPool } from "../../pool/index.js";
import { resolvePlatformId } from "../../workspace/index.js";
import { keptFile, keptRuns } from "../kept-runs.js";
import { madeOn } from "../made-on.js";
import { secondsOfOne } from "../measuring-cost.js";
import type { PlatformsRequest } from "../transfer/measure.js";
import { noiseCeiling } from "../transfer/report.js";
import { readTarget, type Target } from "../transfer/target.js";
import { type CellTask, cellOf } from "./cells.js";
import { kindOf, nnMeterSamples, planBaselines, splitNetworks } from "./plan.js";
import {
  type BaselineCell,
  type BaselinesReport,
  type BaselineTarget,
  isNotRun,
  type NotRun,
  summariseBaselines,
} from "./report.js";

export interface BaselinesRequest extends PlatformsRequest {
  /** More folders of predictors to transfer from; the workspace's and those that ship come by themselves. */
  readonly pools?: readonly string[] | undefined;
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
  const { home, pools = [], episodes, epochs, trees, signal } = request;
  const plans = planBaselines(request.methods, request.seeds);
  const resolve = (ids: readonly string[]) => Promise.all(ids.map((id) => resolvePlatformId(id, home)));
  const platforms = await resolve(request.platforms);
  const wanted = request.targets === undefined ? platforms : await resolve(request.targets);
  const known = await readAll(home, platforms);
  const targets: BaselineTarget[] = [];
  const outcomes: (BaselineCell | NotRun)[] = [];
  request.onStage?.("baselines", wanted.length * plans.length);
  for (const [t, id] of wanted.entries()) {
    const target = known.get(id);
    if (target === undefined || splitNetworks(target.architectures, 1).test.length === 0) continue;
    targets.push(describeTarget(target));
    const task: CellTask = { home, pools, known, target, episodes, epochs, trees, signal };
    const runs = { fitted: openRuns(task, platforms, "fitted"), transferred: openRuns(task, platforms, "transferred") };
    for (const [p, plan] of plans.entries()) {
      if (signal?.aborted) break;
      request.onProgress?.(t * plans.length + p, `${id}: ${plan.method}, seed ${plan.seed}`);
      const isDone = (cell: BaselineCell | NotRun) => cell.method === plan.method && cell.seed === plan.seed;
      const kind = kindOf(plan.method);
      const make = () => cellOf(task, plan);
      outcomes.push(kind === "shipped" ? await make() : await runs[kind].findOrDo(isDone, make));
    }
  }
  const cells = outcomes.filter((cell): cell is BaselineCell => !isNotRun(cell));
  const notRun = outcomes.filter(isNotRun);
  return { ...madeOn(), platforms, targets, rows: summariseBaselines(cells), cells, notRun };
}

/** Cells done so far: of the same measurements, and of the same pool where it takes part. */
function openRuns(task: CellTask, platforms: readonly string[], kind: "fitted" | "transferred") {
  const { home, pools, known, target, episodes, epochs, trees } = task;
  const measured = platforms.map((id) => [id, known.get(id)?.rows.length, known.get(id)?.architectures.length]);
  const circumstances =
    kind === "fitted"
      ? { episodes, epochs, trees }
      : {
          pool: openPool(home, pools)
            .list()
            .entries.map(({ sha256 }) => sha256),
        };
  return keptRuns<BaselineCell | NotRun>(
    keptFile(home, "baselines", { version: 4, kind, target: target.platform, measured, ...circumstances }),
  );
}

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

function describeTarget({ platform, architectures, rows }: Target): BaselineTarget {
  const types = new Set(architectures.flatMap(({ detection }) => detection.kernels.map(({ type }) => type)));
  const samples = nnMeterSamples(types);
  const each = secondsOfOne(rows, "kernel");
  return {
    target: platform,
    architectures: architectures.length,
    test: splitNetworks(architectures, 1).test.length,
    noise: noiseCeiling(architectures),
    nnMeter: { types: types.size, samples, secondsEach: each, seconds: samples * each },
  };
}
