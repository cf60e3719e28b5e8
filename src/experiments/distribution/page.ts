/** Markdown of the comparison of distributions, for docs/results. */
import { markdownTable, today } from "../markdown.js";
import { drawnCount } from "./plan.js";
import { publishedSource } from "./published-rows.js";
import type { DistributionCell, DistributionReport } from "./report.js";

/** Published by LitePred's notebook for its conv VAE. */
const publishedFigures = { missed: 0.0125, invented: 0.0367 };

export function distributionPage({ cells, skipped }: DistributionReport): string {
  const own = cells.filter(({ source, sampler }) => source === publishedSource && sampler.startsWith("vae"));
  return [
    "# Do drawn configs follow those of real networks?",
    "",
    `Made by \`litepred evaluate distribution\` on ${today()}. Configs are split into two halves; samplers see one, and ${drawnCount} drawn`,
    "configs are compared with the other: Kullback-Leibler divergence of smoothed histograms of two log sizes (image × channels, where the type",
    "has them), one for each window, stride and choice, as in LitePred's public code, in nats; 0 is best, and smoothing can push it a few thousandths below.",
    "`real` draws seen configs by their weight, the floor: no sampler that learns from that half can be expected to come below by more than noise.",
    "`vae` is the published architecture, `vae-ordinal` ours: both as trained, duplicates included. The others give distinct configs, which alone",
    "keeps them from following a skewed distribution: `prior` real configs, half of them moved; `marginals` nn-Meter's prior; `adaptive`",
    "nn-Meter's rounds (errors replaced by sparsity, as nothing is measured here).",
    "",
    ...own.map(verdict),
    "",
    tables(cells),
    "",
    ...(skipped.length > 0 ? ["Not compared:", "", ...skipped.map((line) => `* ${line}`), ""] : []),
  ].join("\n");
}

function verdict({ type, sampler, missed, invented }: DistributionCell): string {
  const met = missed <= publishedFigures.missed && invented <= publishedFigures.invented;
  return `* ${type}, ${sampler}: ${missed.toFixed(4)} and ${invented.toFixed(4)}: ${met ? "within" : "**above**"} the published ${publishedFigures.missed} and ${publishedFigures.invented}.`;
}

const head = ["sampler", "KL(unseen‖drawn)", "KL(drawn‖unseen)", "KL of windows and choices", "seeds", "CPU s"];

/** A line for each sampler, one table for each source and type. */
function tables(cells: readonly DistributionCell[]): string {
  const keyOf = ({ source, type }: DistributionCell) => `${source}|${type}`;
  return [...new Set(cells.map(keyOf))]
    .map((key) => {
      const own = cells.filter((cell) => keyOf(cell) === key);
      const { source, type, seen, unseen } = own[0]!;
      const title = `### ${type}, ${source}: ${seen} configs seen, ${unseen} unseen`;
      return [title, "", markdownTable(head, own.map(rowOf))].join("\n");
    })
    .join("\n\n");
}

const rowOf = ({ sampler, missed, invented, classes, seeds, cpuSeconds }: DistributionCell) => [
  sampler,
  missed.toFixed(4),
  invented.toFixed(4),
  classes.toFixed(4),
  seeds,
  cpuSeconds < 0.5 ? "" : cpuSeconds.toFixed(0),
];
