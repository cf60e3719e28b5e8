/** Markdown of the comparison of samplers. */
import { judgeSamplers, type SamplerCeiling, type SamplerCell } from "./experiment.js";

const percent = (share: number, digits = 1) => (100 * share).toFixed(digits);

/** Verdicts first, then one table for each platform, kernel type and recipe, the best ±10 % first, the ceiling last. */
export function renderSamplerTables(
  cells: readonly SamplerCell[],
  ceilings: readonly SamplerCeiling[],
  champion: string,
): string {
  const verdicts = judgeSamplers(cells, champion).map(
    ({ platform, type, recipe, best, bestWeighted, champion: fate }) => {
      const others = fate === "wins" ? "" : `; ${best} has the highest ±10 %`;
      const byTime = bestWeighted === champion ? "" : `; by share of time ${bestWeighted} is first`;
      return `* ${platform}, ${type}, recipe ${recipe}: ${champion} ${fate}${others}${byTime}.`;
    },
  );
  const tables = [...new Set(cells.map(({ platform, type }) => `${platform}|${type}`))].map((key) => {
    const [platform, type] = key.split("|");
    const own = cells.filter((cell) => cell.platform === platform && cell.type === type);
    const ceiling = ceilings.find((found) => found.platform === platform && found.type === type);
    return tableOf(own, ceiling);
  });
  return [...verdicts, "", ...tables].join("\n");
}

function tableOf(cells: readonly SamplerCell[], ceiling: SamplerCeiling | undefined): string {
  const { platform, type, score } = cells[0]!;
  const sorted = [...cells].sort(
    (a, b) => (a.recipe < b.recipe ? -1 : a.recipe > b.recipe ? 1 : 0) || b.score.within10 - a.score.within10,
  );
  const rows = sorted.map(
    ({ sampler, recipe, trainedOn, meanMs, seeds, score: s, within10Spread }) =>
      `| ${sampler} | ${recipe} | ${trainedOn} | ${meanMs.toPrecision(3)} | ${percent(s.within5)} | ${percent(s.within10)} ± ${percent(within10Spread)} | ${percent(s.mape)} | ${s.rmseMs.toPrecision(3)} | ${percent(s.weightedWithin5)} | ${percent(s.weightedWithin10)} | ${seeds} |`,
  );
  const last = ceiling?.score;
  const ceilingRow = last
    ? `| measured again | | | | ${percent(last.within5)} | ${percent(last.within10)} | ${percent(last.mape)} | ${last.rmseMs.toPrecision(3)} | ${percent(last.weightedWithin5)} | ${percent(last.weightedWithin10)} | |`
    : "| measured again | | | | not done | | | | | | |";
  return [
    `### ${platform}, ${type}: ${score.n} test kernels`,
    "",
    "| sampler | recipe | trained on | mean ms | ±5 % | ±10 % | MAPE % | RMSE ms | ±5 % of time | ±10 % of time | seeds |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows,
    ceilingRow,
    "",
  ].join("\n");
}
