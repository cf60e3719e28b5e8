/** Markdown of the study of similarity. */
import { groupBy, mean, percent } from "../../base/index.js";
import { type MadeOn, madeOnText } from "../made-on.js";
import { markdownTable } from "../markdown.js";
import { type FormName, forms, rankings, type SimilarityCell, type SimilarityOptions } from "./study.js";

export interface SimilarityReport extends MadeOn, SimilarityOptions {
  readonly cells: readonly SimilarityCell[];
}

const formNames = Object.keys(forms) as FormName[];

export function similarityPage(report: SimilarityReport): string {
  const { cells, measured, seeds } = report;
  const targets = new Set(cells.map(({ target }) => target)).size;
  const groups = [...groupBy(cells, ({ kernel }) => kernel)];
  return [
    "# Which source? By kernel type, offline",
    "",
    `Made by \`litepred evaluate similarity --measured ${measured} --seeds ${seeds}\` ${madeOnText(report)}; computed from tables. Each of ${targets} platforms in turn is`,
    `the target: ${measured} of its kernels are looked at (drawn anew for each seed), the others that all its sources have are the test. From each source`,
    "alone one transfer is made: the closed form in its ln latency and the ln sizes. Shares within ±10 % of the source that each ranking chooses,",
    "mean over targets and seeds; `at random` is the mean over all sources, `best possible` knows the test. `divergence` is the published ranking,",
    "`spread` the one that `default` keeps sources by. `none`: sizes alone.",
    "",
    markdownTable(
      ["kernel type", "targets", "sources", ...rankings, "none"],
      [...groups, ["all", cells] as const].map(([kernel, own]) => rowOf(kernel, own)),
    ),
    "",
    markdownTable(
      ["kernel type", "points of `divergence` over random", "of `spread` over random", "of best possible over random"],
      [...groups, ["all", cells] as const].map(([kernel, own]) => [
        kernel,
        ...(["divergence", "spread", "best possible"] as const).map((name) => pointsOver(own, name)),
      ]),
    ),
    "",
    "Each difference with the least and the most of the seeds.",
    "",
    "All sources together, by three closed forms (`src/baselines`): within ±10 %.",
    "",
    markdownTable(
      ["kernel type", ...formNames],
      [...groups, ["all", cells] as const].map(([kernel, own]) => [
        kernel,
        ...formNames.map((form) => percent(mean(own.map(({ together }) => together[form])))),
      ]),
    ),
    "",
  ].join("\n");
}

const rowOf = (kernel: string, cells: readonly SimilarityCell[]) => [
  kernel,
  String(new Set(cells.map(({ target }) => target)).size),
  String(Math.max(...cells.map(({ sources }) => sources))),
  ...rankings.map((name) => percent(mean(cells.map(({ within10 }) => within10[name])))),
  percent(mean(cells.map(({ none }) => none))),
];

/** Mean of the seeds' differences to a source at random, and their range. */
function pointsOver(cells: readonly SimilarityCell[], name: "divergence" | "spread" | "best possible"): string {
  const bySeed = [...groupBy(cells, ({ seed }) => String(seed)).values()].map(
    (own) => 100 * mean(own.map(({ within10 }) => within10[name] - within10["at random"])),
  );
  return `${mean(bySeed).toFixed(1)} (${Math.min(...bySeed).toFixed(1)} to ${Math.max(...bySeed).toFixed(1)})`;
}
