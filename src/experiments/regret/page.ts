/** Markdown of the regret, for docs/results. */
import { groupBy, median, percent } from "../../base/index.js";
import { markdownTable } from "../markdown.js";
import { methodNames } from "./methods.js";
import type { RegretCell, RegretReport } from "./report.js";

/** Points; aimed at as the median over seeds. */
const aim = 0.1;

const points = (regret: number) => (Number.isFinite(regret) ? regret.toFixed(3) : "none");

export const regretHead = (shares: readonly number[]): string[] => [
  ...["benchmark", "device", "method", "measured", "seeds"],
  ...shares.map((share) => `budget ${percent(share, 0)}`),
  ...["90 % of all", "budget kept"],
];

export const regretRow = ({ benchmark, device, method, measured, seeds, regrets, p90, kept }: RegretCell): string[] => [
  ...[benchmark, device, method, measured.toFixed(0), String(seeds)],
  ...regrets.map(points),
  points(p90),
  percent(kept, 0),
];

/** One line a benchmark and method: over its devices and budgets. */
export const summaryHead = [
  "benchmark",
  "method",
  "devices",
  "median",
  "worst device and budget",
  `cells ≤ ${aim}`,
  "budget kept",
];

export function summaryRows(cells: readonly RegretCell[]): string[][] {
  const groups = groupBy(cells, ({ benchmark, method }) => `${benchmark}|${method}`);
  return [...groups.values()].map((group) => {
    const all = group.flatMap(({ regrets }) => regrets);
    return [
      ...[group[0]!.benchmark, group[0]!.method, String(group.length)],
      points(all.every(Number.isFinite) ? median(all) : [...all].sort((a, b) => a - b)[all.length >> 1]!),
      points(Math.max(...all)),
      `${all.filter((regret) => regret <= aim).length} of ${all.length}`,
      percent(group.reduce((total, { kept }) => total + kept, 0) / group.length, 0),
    ];
  });
}

export function regretPage({ date, measurements, shares, cells, skipped }: RegretReport): string {
  return [
    "# How far from the best does a search end that may measure few latencies?",
    "",
    `Made by \`litepred evaluate regret\` on ${date}. Accuracy and latency of every architecture are known (NAS-Bench-201 with HELP's`,
    `devices; Accel-NASBench, throughputs as milliseconds an image); a method knows the accuracies and may look at ${measurements} latencies`,
    "of the device, for all five budgets together. Budgets are the latencies that this share of the architectures keeps. Regret: points of",
    "top-1 between the best architecture under the budget and the one that the method would deploy; median over seeds. “none”: mostly, what it",
    "chose breaks the budget. Devices of a family (a card at other batch sizes, the two TPUs) are not each other's sources. eyeriss and fpga are",
    "simulated; four phones have whole milliseconds.",
    "",
    "`search` fits a law of latency to 80 measurements and other devices' tables, then measures where accuracy may be gained and fits again",
    "(`src/experiments/regret/methods.ts`); it stops when nothing can be gained. `search-alone` has no other devices. `fit-once` trusts one",
    "fit to as many random measurements. `random` takes the best of as many at random.",
    "",
    ...methodNames.flatMap((method) => verdict(method, cells)),
    "",
    markdownTable(summaryHead, summaryRows(cells)),
    "",
    "## Device by device",
    "",
    markdownTable(regretHead(shares), cells.map(regretRow)),
    "",
    ...skipped.map((line) => `* ${line}`),
  ].join("\n");
}

function verdict(method: string, cells: readonly RegretCell[]): string[] {
  const own = cells.filter((cell) => cell.method === method);
  if (own.length === 0) return [];
  const above = own.flatMap(({ device, regrets }) => (regrets.some((regret) => regret > aim) ? [device] : []));
  const text =
    above.length === 0 ? `on all ${own.length} devices` : `on ${own.length - above.length} of ${own.length} devices`;
  return [`* \`${method}\`: at most ${aim} points under every budget ${text}.`];
}
