/**
 * Runs the table over recorded platforms: `folder/<group>/<platform>/<kernel-type>.csv`. Hours for all methods, so each run is
 * kept as it ends, and the same call goes on from there.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { LitepredError, saveWhole } from "../../base/index.js";
import { readCpuFacts } from "../../platforms/index.js";
import {
  defeats,
  type RecordedCell,
  type RecordedRun,
  renderRecordedTable,
  summariseRuns,
} from "./recorded-experiment.js";
import { renderSizeEffects, sizeEffects } from "./representative-experiment.js";
import { evaluateTransfer } from "./run-one.js";

export interface RecordedExperiment {
  /** Reference data: its sub-folders `groups` hold one folder per platform. */
  readonly folder: string;
  readonly groups?: readonly string[];
  readonly methods?: readonly string[];
  readonly budgets?: readonly number[];
  readonly seeds?: readonly number[];
  /** Only these `group/platform`. */
  readonly targets?: readonly string[];
  /** Runs done so far; delete it after a change of a method. */
  readonly runsFile: string;
  /** Reports on the runs done so far and does none. */
  readonly onlyReport?: boolean;
  readonly home: string;
  readonly signal?: AbortSignal;
  onRun?(run: RecordedRun, left: number): void;
}

export type RecordedReport =
  | { readonly skipped: string }
  | {
      readonly date: string;
      readonly cpu: string;
      readonly runs: readonly RecordedRun[];
      readonly cells: readonly RecordedCell[];
      /** Where `default` does not beat the other method in MAPE, ±5 %, ±10 % and RMSE. */
      readonly lost: Readonly<Record<string, readonly string[]>>;
    };

const rivals = ["litepred", "log-linear"];

export async function evaluateRecorded(experiment: RecordedExperiment): Promise<RecordedReport> {
  const { folder, runsFile } = experiment;
  const targets = findTargets(experiment);
  if (targets.length === 0) return { skipped: `reference data not found in ${folder}` };
  const wanted = planRuns(experiment, targets);
  const isSame = (a: Pick<RecordedRun, "target" | "method" | "budget" | "seed">, b: typeof a) =>
    a.target === b.target && a.method === b.method && a.budget === b.budget && a.seed === b.seed;
  const runs = readRuns(runsFile);
  const missing = (experiment.onlyReport ? [] : wanted).filter((plan) => !runs.some((run) => isSame(run, plan)));
  for (const [i, plan] of missing.entries()) {
    const run = await runOnce(experiment, plan);
    runs.push(run);
    saveRuns(runsFile, runs);
    experiment.onRun?.(run, missing.length - i - 1);
  }
  const cells = summariseRuns(runs.filter((run) => wanted.some((plan) => isSame(run, plan))));
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: readCpuFacts().model,
    runs,
    cells,
    lost: Object.fromEntries(rivals.map((rival) => [rival, defeats(cells, "default", rival)])),
  };
}

/** Markdown of a report, for docs/results. */
export function renderRecordedReport(report: Exclude<RecordedReport, { skipped: string }>): string {
  const verdicts = Object.entries(report.lost).map(([rival, lost]) =>
    lost.length === 0
      ? `\`default\` beats \`${rival}\` in MAPE, ±5 %, ±10 % and RMSE at every budget below.`
      : `\`default\` does not beat \`${rival}\` in: ${lost.join("; ")}.`,
  );
  return [
    "# Transfer between recorded platforms",
    "",
    `Made by \`litepred evaluate recorded\` on ${report.date}, ${report.cpu}. Every measurement is looked up in the target's table; what was never`,
    "looked at is the test, all kernel types together. All methods but `default` and `scratch` measure the same representative configs.",
    "Numbers are means over the seeds that a line names.",
    "",
    ...verdicts.map((line) => `* ${line}`),
    "",
    renderRecordedTable(report.cells),
    "",
    "## How many representative configs",
    "",
    "`default`, each kernel type with 200 or more test rows in each run, by the number of its configs that were measured.",
    "",
    renderSizeEffects(sizeEffects(report.runs, "default")),
    "",
  ].join("\n");
}

interface Target {
  readonly name: string;
  readonly folder: string;
  readonly pool: readonly string[];
}

function findTargets({ folder, groups = ["phones", "gpus"], targets }: RecordedExperiment): Target[] {
  return groups.flatMap((group) => {
    const path = join(folder, group);
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
    const platforms = readdirSync(path)
      .filter((name) => statSync(join(path, name)).isDirectory())
      .sort();
    return platforms
      .map((name) => ({
        name: `${group}/${name}`,
        folder: join(path, name),
        pool: platforms.filter((other) => other !== name).map((other) => join(path, other)),
      }))
      .filter(({ name }) => targets === undefined || targets.includes(name));
  });
}

interface Plan {
  readonly target: string;
  readonly where: Target;
  readonly method: string;
  readonly budget: number;
  readonly seed: number;
}

function planRuns(
  {
    methods = ["default", "litepred", "log-linear", "median-ratio", "scratch"],
    budgets = [60, 130, 260, 1000],
    seeds = [1, 2, 3, 4, 5],
  }: RecordedExperiment,
  targets: readonly Target[],
): Plan[] {
  return seeds.flatMap((seed) =>
    budgets.flatMap((budget) =>
      methods.flatMap((method) => targets.map((where) => ({ target: where.name, where, method, budget, seed }))),
    ),
  );
}

async function runOnce(
  { home, signal }: RecordedExperiment,
  { target, where, method, budget, seed }: Plan,
): Promise<RecordedRun> {
  const before = process.cpuUsage();
  const { overall, pool, kernels } = await evaluateTransfer({
    target: where.folder,
    pool: where.pool,
    method,
    budget,
    seed,
    home,
    ...(signal && { signal }),
  });
  const { user, system } = process.cpuUsage(before);
  const { n, mape, within5, within10, rmseMs, intervalCoverage } = overall;
  return {
    ...{ target, pool, method, budget, seed, n, mape, within5, within10, rmseMs, intervalCoverage },
    cpuSeconds: (user + system) / 1e6,
    kernels: Object.fromEntries(Object.entries(kernels).map(([type, k]) => [type, kernelSchema.parse(k)])),
  };
}

const kernelSchema = z.object({
  n: z.number(),
  measured: z.number(),
  mape: z.number(),
  within5: z.number(),
  within10: z.number(),
  rmseMs: z.number(),
  intervalCoverage: z.number(),
});

const runsSchema = z.array(
  kernelSchema.omit({ measured: true }).extend({
    target: z.string(),
    pool: z.array(z.string()),
    method: z.string(),
    budget: z.number(),
    seed: z.number(),
    cpuSeconds: z.number(),
    kernels: z.record(z.string(), kernelSchema),
  }),
);

function readRuns(path: string): RecordedRun[] {
  if (!existsSync(path)) return [];
  const parsed = runsSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new LitepredError("corrupt-artefact", `${path}: not a list of runs`, "delete it: the runs are done again");
}

function saveRuns(path: string, runs: readonly RecordedRun[]): void {
  saveWhole(path, `${JSON.stringify(runs)}\n`);
}
