/**
 * `litepred evaluate distribution`: configs of each sampler beside real ones that it has never seen. First LitePred's own
 * training rows, in the halves that its authors made; then the kernels of our spaces, every type with two sizes that vary.
 * Runs are kept as they end, and the same call goes on.
 */
import { join } from "node:path";
import { keptRuns } from "../kept-runs.js";
import { drawConfigs } from "./draw.js";
import { drawnPoints, type Halves, weightedPoints } from "./halves.js";
import { type DistributionOptions, planDistribution } from "./plan.js";
import { publishedHalves } from "./published-rows.js";
import {
  compareDistributions,
  type DistributionReport,
  type DistributionRun,
  summariseDistributions,
} from "./report.js";
import { spaceHalves } from "./space-configs.js";

export interface EvaluateDistributionRequest extends DistributionOptions {
  readonly home: string;
  /** Folder of `conv.csv`, `dwconv.csv`, `pool.csv`; default: beside the project, skipped where absent. */
  readonly rows?: string | undefined;
  /** Kernel types of our spaces; default: all with two sizes that vary. */
  readonly types?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export async function evaluateDistribution(request: EvaluateDistributionRequest): Promise<DistributionReport> {
  const skipped: string[] = [];
  const halves = [...publishedHalves(request.rows, skipped), ...(await spaceHalves(request.types, skipped))];
  const plans = planDistribution(halves, request);
  const kept = keptRuns<DistributionRun>(join(request.home, "experiments", "distribution", "runs.json"));
  request.onStage?.("distributions", plans.length);
  const runs: DistributionRun[] = [];
  for (const [i, { half, sampler, seed }] of plans.entries()) {
    request.onProgress?.(i, `${half.type} by ${sampler}`);
    const isWanted = (run: DistributionRun) => isRun(run, half, sampler, seed);
    runs.push(await kept.findOrDo(isWanted, () => runOnce(half, sampler, seed, request.signal)));
  }
  return { runs, cells: summariseDistributions(runs), skipped };
}

const isRun = (run: DistributionRun, { source, type, seen, unseen }: Halves, sampler: string, seed: number) =>
  run.source === source &&
  run.type === type &&
  run.sampler === sampler &&
  run.seed === seed &&
  run.seen === seen.length &&
  run.unseen === unseen.length;

async function runOnce(half: Halves, sampler: string, seed: number, signal?: AbortSignal): Promise<DistributionRun> {
  const before = process.cpuUsage();
  const configs = await drawConfigs(half, sampler, seed, signal);
  const { user, system } = process.cpuUsage(before);
  const { type, source, seen, unseen, form, weightOf } = half;
  return {
    source,
    type,
    sampler,
    seed,
    seen: seen.length,
    unseen: unseen.length,
    ...compareDistributions(weightedPoints(form, unseen, weightOf), drawnPoints(form, configs)),
    cpuSeconds: (user + system) / 1e6,
  };
}
