/**
 * Does it matter which source a kernel type is transferred from, and does a ranking find the good one? Each recorded platform in turn is
 * the target; from each other platform that has the same configs one transfer is made, and the rankings choose among them afterwards.
 */
import { createRandom, mean, quantile, shareWithin } from "../../base/index.js";
import { type Baseline, logLinear, lowRank, utilisation } from "../../baselines/index.js";
import { configKey, type KernelConfig, type KernelType } from "../../kernels/index.js";
import type { KernelTable } from "../../measurements/index.js";
import { rankSources } from "../../transfer/index.js";

export interface SimilarityPlatform {
  readonly platform: string;
  /** By kernel type name. */
  readonly tables: ReadonlyMap<string, KernelTable>;
}

/** How a source is chosen. `divergence` is the published ranking, `spread` the one that `default` keeps sources by. */
export const rankings = ["divergence", "highest divergence", "spread", "at random", "best possible"] as const;
export type RankingName = (typeof rankings)[number];

/** How all sources together explain the target. */
export const forms = { "log-linear": logLinear, "low rank": lowRank, utilisation } as const satisfies Record<
  string,
  Baseline
>;
export type FormName = keyof typeof forms;

export interface SimilarityCell {
  readonly target: string;
  readonly kernel: string;
  readonly seed: number;
  readonly sources: number;
  readonly test: number;
  /** ±10 % on the test of the source that each chooses; at random: the mean over all of them. */
  readonly within10: Readonly<Record<RankingName, number>>;
  /** The same with all sources at once, by each form, and in the first with none. */
  readonly together: Readonly<Record<FormName, number>>;
  readonly none: number;
}

export interface SimilarityOptions {
  /** Measurements of a kernel type on the target. */
  readonly measured: number;
  readonly seeds: number;
}

/** Fewer common configs than so many more than are measured are no test. Choice. */
const fewestTest = 30;
const fewestSources = 3;

export function studySimilarity(
  platforms: readonly SimilarityPlatform[],
  { measured, seeds }: SimilarityOptions,
): SimilarityCell[] {
  const cells: SimilarityCell[] = [];
  for (const target of platforms)
    for (const [kernel, table] of target.tables)
      for (let seed = 1; seed <= seeds; seed++) {
        const task = taskOf(
          table,
          platforms.filter((one) => one !== target),
          kernel,
          measured,
        );
        if (task === undefined) continue;
        cells.push({ target: target.platform, kernel, seed, ...runTask(task, measured, `${seed}/${kernel}`) });
      }
  return cells;
}

interface Task {
  readonly type: KernelType;
  readonly configs: readonly KernelConfig[];
  readonly latenciesMs: readonly number[];
  readonly sources: readonly { readonly platform: string; readonly latenciesMs: readonly number[] }[];
}

/** Sources that have most of the target's configs, and the configs that all of these have. */
function taskOf(
  table: KernelTable,
  others: readonly SimilarityPlatform[],
  kernel: string,
  measured: number,
): Task | undefined {
  const keys = table.configs.map((config) => configKey(table.type, config));
  const known = others.flatMap(({ platform, tables }) => {
    const own = tables.get(kernel);
    if (own === undefined) return [];
    const rows = new Map(own.configs.map((config, i) => [configKey(own.type, config), own.latenciesMs[i]!]));
    return keys.filter((key) => rows.has(key)).length >= measured + fewestTest ? [{ platform, rows }] : [];
  });
  const common = keys.flatMap((key, i) => (known.every(({ rows }) => rows.has(key)) ? [i] : []));
  if (known.length < fewestSources || common.length < measured + fewestTest) return undefined;
  return {
    type: table.type,
    configs: common.map((i) => table.configs[i]!),
    latenciesMs: common.map((i) => table.latenciesMs[i]!),
    sources: known.map(({ platform, rows }) => ({ platform, latenciesMs: common.map((i) => rows.get(keys[i]!)!) })),
  };
}

function runTask(task: Task, measured: number, seed: string) {
  const order = createRandom(`${seed}/similarity`).shuffle(task.configs.map((_, i) => i));
  const [looked, test] = [order.slice(0, measured), order.slice(measured)];
  const at = (rows: readonly number[], sources: readonly Task["sources"][number][]) => ({
    type: task.type,
    configs: rows.map((i) => task.configs[i]!),
    sourcesMs: sources.map(({ latenciesMs }) => Float64Array.from(rows, (i) => latenciesMs[i]!)),
  });
  const known = looked.map((i) => task.latenciesMs[i]!);
  const from = (sources: readonly Task["sources"][number][], form: Baseline = logLinear) => {
    const predicted = form(at(looked, sources), known)(at(test, sources));
    return shareWithin(
      Array.from(predicted, (ms, i) => Math.abs(ms / task.latenciesMs[test[i]!]! - 1)),
      0.1,
    );
  };
  const each = new Map(task.sources.map((source) => [source.platform, from([source])]));
  const profiles = task.sources.map(({ platform, latenciesMs }) => ({
    platform,
    latenciesMs: looked.map((i) => latenciesMs[i]!),
  }));
  const byDivergence = rankSources(known, profiles).map(({ platform }) => platform);
  const bySpread = [...profiles]
    .map(({ platform, latenciesMs }) => ({ platform, spread: spreadOf(known, latenciesMs) }))
    .sort((a, b) => a.spread - b.spread);
  const all = [...each.values()];
  return {
    sources: task.sources.length,
    test: test.length,
    within10: {
      divergence: each.get(byDivergence[0]!)!,
      "highest divergence": each.get(byDivergence.at(-1)!)!,
      spread: each.get(bySpread[0]!.platform)!,
      "at random": mean(all),
      "best possible": Math.max(...all),
    },
    together: {
      "log-linear": from(task.sources),
      "low rank": from(task.sources, lowRank),
      utilisation: from(task.sources, utilisation),
    },
    none: from([]),
  };
}

/** Of ln(target ÷ source), half its central 68 %: as `default` has it. */
function spreadOf(target: readonly number[], source: readonly number[]): number {
  const ratios = target.map((ms, i) => Math.log(ms / source[i]!));
  return (quantile(ratios, 0.84) - quantile(ratios, 0.16)) / 2;
}
