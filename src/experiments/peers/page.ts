/** Markdown of the comparison on the peers' own data, for docs/results. */
import { inPercent } from "../../base/index.js";
import { markdownTable } from "../markdown.js";
import type { PeerSpace } from "./data.js";
import { peerSplits } from "./plan.js";
import { type PeerCell, type PeerReport, publishedRows } from "./report.js";

const titles: Readonly<Record<PeerSpace, string>> = {
  nasbench201: "NAS-Bench-201",
  ofa: "OFA-MobileNetV3",
};

export function peersPage(report: PeerReport): string {
  const spaces = (Object.keys(titles) as PeerSpace[]).filter((space) =>
    report.cells.some((cell) => cell.space === space),
  );
  return [
    "# On the peers' own data",
    "",
    `Made by \`litepred evaluate peers\` on ${report.date}, ${report.cpu}. Latencies of whole architectures on the devices of HELP`,
    "(Lee et al., NeurIPS 2021), split as its public code splits them: devices to learn from, devices to choose a state by, devices to test.",
    "",
    "* `help`, `brp-nas`: our implementations (`src/baselines`, each with its deviations). HELP adapts with ten architectures and",
    "  knows a device by its latencies on ten reference architectures, so twenty are measured, which its paper counts as ten.",
    "* `default`: our transfer between platforms with whole architectures in the place of kernels; its sources are predictors trained on",
    "  the same pool of the same devices that HELP learns from; the devices to choose by are not used. `log-linear` and",
    "  `scratch` (no source) choose the same representative architectures.",
    "* ρ: Spearman on the published test (the middle 80 % by latency of the thousand architectures after the pool), by device. The other columns are",
    "  over all architectures behind the pool. `published` lines are HELP's figures, not ours.",
    "",
    ...spaces.flatMap((space) => [`## ${titles[space]}`, "", tableOf(report, space), "", ...verdicts(report, space)]),
    "pixel2 of NAS-Bench-201 was measured in whole milliseconds, where no method can rank well. BRP-NAS drops what the output of a cell does",
    "not rest on, which these devices ran all the same: likely, not tested, that is why it stays where it is however long it is trained.",
    "Milliseconds are another matter than ranks: over all architectures ±10 % holds for fewer, and small cells at the lower end, which the",
    "published test cuts off, are where methods err.",
    "",
  ].join("\n");
}

/** Published figures that a method of ours stands beside, and whether it is within what was asked for. */
const near = 0.03;

function verdicts({ cells }: PeerReport, space: PeerSpace): string[] {
  const lines = publishedRows
    .filter((row) => row.space === space)
    .flatMap((row) => {
      const own = cells.find((cell) => cell.space === space && cell.method === row.method);
      if (own === undefined) return [];
      const difference = own.mean - row.mean;
      const verdict = Math.abs(difference) <= near ? `within ${near}` : `**not** within ${near}`;
      return [
        `* ${row.method}: ${own.mean.toFixed(3)}, published ${row.mean.toFixed(3)} (${difference < 0 ? "" : "+"}${difference.toFixed(3)}): ${verdict}.`,
      ];
    });
  return lines.length === 0 ? [] : [...lines, ""];
}

function tableOf({ cells }: PeerReport, space: PeerSpace): string {
  const devices = peerSplits[space].test;
  const head = [
    ...["method", "measured", ...devices.map((device) => `ρ ${device}`), "**mean ρ**", "seeds: least–most"],
    ...["ρ of all", "τ of all", "MAPE %", "±5 %", "±10 %", "CPU s"],
  ];
  const own = cells
    .filter((cell) => cell.space === space)
    .sort((a, b) => a.measurements - b.measurements || a.method.localeCompare(b.method));
  const published = publishedRows
    .filter((row) => row.space === space)
    .map((row) => [
      `published: ${row.method}`,
      row.measurements,
      ...row.byDevice.map((rho) => rho.toFixed(3)),
      row.mean.toFixed(3),
      ...new Array<string>(7).fill("–"),
    ]);
  return markdownTable(head, [...own.map((cell) => rowOf(cell, devices)), ...published]);
}

const rowOf = (cell: PeerCell, devices: readonly string[]) => [
  cell.method,
  cell.measurements,
  ...devices.map((device) => cell.publishedSpearman[device]!.toFixed(3)),
  `**${cell.mean.toFixed(3)}**`,
  `${cell.seeds}: ${cell.range.map((value) => value.toFixed(3)).join("–")}`,
  cell.spearman.toFixed(3),
  cell.kendall.toFixed(3),
  ...[cell.mape, cell.within5, cell.within10].map((ratio) => (Number.isFinite(ratio) ? inPercent(ratio) : "–")),
  cell.cpuSeconds.toFixed(0),
];
