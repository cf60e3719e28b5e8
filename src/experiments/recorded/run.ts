/**
 * Runs the table over recorded platforms: `folder/<group>/<platform>/<kernel-type>.csv`. Hours for all methods, so each run is
 * kept as it ends, and the same call goes on from there.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readCpuFacts } from "../../platforms/index.js";
import { keptRuns } from "../kept-runs.js";
import { today } from "../markdown.js";
import { planRecorded, type RecordedOptions, type RecordedPlan, type RecordedTarget, targetsOfGroup } from "./plan.js";
import { type RecordedReport, type RecordedRun, reportOf } from "./report.js";
import { evaluateTransfer } from "./run-one.js";
import { kernelOf, runsIn } from "./runs-file.js";

export interface RecordedExperiment extends RecordedOptions {
  /** Reference data: its sub-folders `groups` hold one folder per platform. */
  readonly folder: string;
  readonly groups?: readonly string[] | undefined;
  /** Only these `group/platform`. */
  readonly targets?: readonly string[] | undefined;
  /** Runs done so far; delete it after a change of a method. */
  readonly runsFile: string;
  /** Reports on the runs done so far and does none. */
  readonly onlyReport?: boolean | undefined;
  readonly home: string;
  readonly signal?: AbortSignal | undefined;
  onRun?(run: RecordedRun, left: number): void;
}

export async function evaluateRecorded(
  experiment: RecordedExperiment,
): Promise<RecordedReport | { readonly skipped: string }> {
  const { folder, runsFile, onlyReport } = experiment;
  const targets = findTargets(experiment);
  if (targets.length === 0) return { skipped: `reference data not found in ${folder}` };
  const wanted = planRecorded(targets, experiment);
  const kept = keptRuns(runsFile, runsIn(runsFile));
  const missing = (onlyReport ? [] : wanted).filter((plan) => kept.find((run) => isRunOf(run, plan)) === undefined);
  for (const [i, plan] of missing.entries()) {
    const run = await kept.findOrDo(
      (one) => isRunOf(one, plan),
      () => runOnce(experiment, plan),
    );
    experiment.onRun?.(run, missing.length - i - 1);
  }
  const asked = kept.runs.filter((run) => wanted.some((plan) => isRunOf(run, plan)));
  return reportOf({ date: today(), cpu: readCpuFacts().model, runs: kept.runs, asked });
}

const isRunOf = (run: RecordedRun, { target, method, budget, seed }: RecordedPlan) =>
  run.target === target.name && run.method === method && run.budget === budget && run.seed === seed;

function findTargets({ folder, groups = ["phones", "gpus"], targets }: RecordedExperiment): RecordedTarget[] {
  const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const found = groups.flatMap((group) => {
    const path = join(folder, group);
    const names = isFolder(path) ? readdirSync(path).sort() : [];
    const members = names.map((name) => ({ name, path: join(path, name) }));
    return targetsOfGroup(
      group,
      members.filter((member) => isFolder(member.path)),
    );
  });
  return found.filter(({ name }) => targets === undefined || targets.includes(name));
}

async function runOnce(
  { home, signal }: RecordedExperiment,
  { target, method, budget, seed }: RecordedPlan,
): Promise<RecordedRun> {
  const before = process.cpuUsage();
  const transfer = { target: target.folder, pool: target.pool, method, budget, seed, home, signal };
  const { overall, pool, kernels } = await evaluateTransfer(transfer);
  const { user, system } = process.cpuUsage(before);
  const { n, mape, within5, within10, rmseMs, intervalCoverage } = overall;
  return {
    ...{ target: target.name, pool, method, budget, seed },
    ...{ n, mape, within5, within10, rmseMs, intervalCoverage },
    cpuSeconds: (user + system) / 1e6,
    kernels: Object.fromEntries(Object.entries(kernels).map(([type, kernel]) => [type, kernelOf(kernel)])),
  };
}
