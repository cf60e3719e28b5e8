/** Markdown of the comparison of samplers, for docs/results. */
import { inPercent as percent } from "../../base/index.js";
import { markdownTable, today } from "../markdown.js";
import { championSampler } from "./plan.js";
import {
  judgeSamplers,
  type SamplerCeiling,
  type SamplerCell,
  type SamplerScore,
  type SamplersReport,
} from "./report.js";

export function samplersPage({ cells, ceilings }: SamplersReport): string {
  return [
    "# Samplers at the same number of measurements",
    "",
    `Made by \`litepred evaluate samplers\` on ${today()}. Each predictor is trained on the same number of measured kernels, which a`,
    "sampler chose from the statistics of all spaces, and tested on kernels that none was trained on: half out of well-known networks,",
    "half out of sampled architectures. A pool of 1.5 times that number was measured for each sampler; each seed trains on a random subset,",
    "so that ± is the standard deviation over subsets and trainings, not over draws. Kernels dearer than 99 % of the spaces' are left out on all sides.",
    "“Of time” weights a kernel by its occurrences in the test networks times its latency. `vae` is the published VAE, `vae-ordinal` ours, `adaptive`",
    "nn-Meter's, `prior` draws the spaces' own configs (half of them moved), `marginals` nn-Meter's prior. “Measured again” predicts the first",
    "measurement by a second one: the ceiling.",
    "",
    ...verdicts(cells, championSampler),
    "",
    ...tables(cells, ceilings),
  ].join("\n");
}

const verdicts = (cells: readonly SamplerCell[], champion: string) =>
  judgeSamplers(cells, champion).map(({ platform, type, recipe, best, bestWeighted, champion: fate }) => {
    const others = fate === "wins" ? "" : `; ${best} has the highest ±10 %`;
    const byTime = bestWeighted === champion ? "" : `; by share of time ${bestWeighted} is first`;
    return `* ${platform}, ${type}, recipe ${recipe}: ${champion} ${fate}${others}${byTime}.`;
  });

/** One for each platform and kernel type, the best ±10 % of a recipe first, the ceiling last. */
function tables(cells: readonly SamplerCell[], ceilings: readonly SamplerCeiling[]): string[] {
  const keyOf = ({ platform, type }: { platform: string; type: string }) => `${platform}|${type}`;
  return [...new Set(cells.map(keyOf))].map((key) => {
    const own = cells.filter((cell) => keyOf(cell) === key);
    const { platform, type, score } = own[0]!;
    const title = `### ${platform}, ${type}: ${score.n} test kernels`;
    const ceiling = ceilings.find((found) => keyOf(found) === key)?.score;
    return [title, "", markdownTable(head, [...sorted(own).map(rowOf), ceilingRow(ceiling)]), ""].join("\n");
  });
}

const head = [
  ...["sampler", "recipe", "trained on", "mean ms", "±5 %", "±10 %", "MAPE %", "RMSE ms"],
  ...["±5 % of time", "±10 % of time", "seeds"],
];

const sorted = (cells: readonly SamplerCell[]) =>
  [...cells].sort(
    (a, b) => (a.recipe < b.recipe ? -1 : a.recipe > b.recipe ? 1 : 0) || b.score.within10 - a.score.within10,
  );

const rowOf = ({ sampler, recipe, trainedOn, meanMs, seeds, score, within10Spread }: SamplerCell) => [
  ...[sampler, recipe, trainedOn, meanMs.toPrecision(3), percent(score.within5)],
  `${percent(score.within10)} ± ${percent(within10Spread)}`,
  ...[...errorsOf(score), seeds],
];

function ceilingRow(score: SamplerScore | undefined): string[] {
  const name = ["measured again", "", "", ""];
  if (score === undefined) return [...name, "not done", "", "", "", "", "", ""];
  return [...name, percent(score.within5), percent(score.within10), ...errorsOf(score), ""];
}

const errorsOf = (score: SamplerScore) => [
  percent(score.mape),
  score.rmseMs.toPrecision(3),
  percent(score.weightedWithin5),
  percent(score.weightedWithin10),
];
