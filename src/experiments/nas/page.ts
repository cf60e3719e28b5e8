/** Markdown of the table of hardware-aware search, for docs/results. */
import { markdownTable } from "../markdown.js";
import { gainOf, keepsLatency, type NasReport, type NasRow } from "./report.js";

export const nasHead = [
  ...["platform", "rival", "its top-1 (published)", "its ms", "ours: top-1 (predicted)", "90 % interval", "ours ms"],
  ...["predicted ms", "MMACs", "gain", "aim"],
];

export function nasCells(row: NasRow): string[] {
  const { platform, rival, published, rivalMs, ours, aim } = row;
  const first = [platform, rival, published.toFixed(1), rivalMs.toPrecision(3)];
  if (ours === undefined) return [...first, "none found", ...Array(5).fill("–"), `+${aim.toFixed(1)}`];
  return [
    ...first,
    ours.accuracy.toFixed(2),
    `${ours.lowAccuracy.toFixed(2)} – ${ours.highAccuracy.toFixed(2)}`,
    `${ours.measuredMs.toPrecision(3)}${keepsLatency(row) ? "" : " (slower)"}`,
    ours.predictedMs.toPrecision(3),
    (ours.macs / 1e6).toFixed(0),
    signed(gainOf(row)!),
    `+${aim.toFixed(1)}`,
  ];
}

const signed = (points: number) => `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)}`;

/** What the aim of the issue asks: somewhere at least that much, nowhere less than the rival. */
export function verdicts(rows: readonly NasRow[]): string[] {
  const names = [...new Set(rows.map(({ rival }) => rival))];
  return names.map((name) => {
    const own = rows.filter((row) => row.rival === name);
    const fair = own.filter(keepsLatency);
    const gains = fair.map((row) => gainOf(row)!);
    if (gains.length === 0) return `${name}: nothing found that is no slower.`;
    const [least, most] = [Math.min(...gains), Math.max(...gains)];
    const met = most >= own[0]!.aim ? "met" : "**missed**";
    const slower = own.length - fair.length;
    const rest = slower > 0 ? `; on ${slower} nothing that stayed no slower` : "";
    return `${name}: ${signed(least)} to ${signed(most)} points on ${fair.length} platforms (aim +${own[0]!.aim}: ${met})${rest}.`;
  });
}

export function nasPage({ date, evaluations, protocol, rows, problems }: NasReport): string {
  return [
    "# Networks found for a platform, beside MobileNetV2 and V3 at their latency",
    "",
    `Made by \`litepred evaluate nas\` on ${date}, protocol \`${protocol}\`, ${evaluations} evaluations a search. Space: OFA-MobileNetV3, width 1.0. The`,
    "rivals' top-1 is the published one; ours is **predicted** ([how well](accuracy.md)) for the sub-network as taken from the supernet, without",
    "finetuning. All latencies are measured by the reference method. A look in which rivals and candidates take turns chose up to three",
    "finalists a rival; the milliseconds are of another look, after it, and of its most accurate finalist that was no slower there. Where",
    "all came out slower, the row says so and counts for nothing.",
    "",
    ...verdicts(rows).map((line) => `* ${line}`),
    "",
    markdownTable(nasHead, rows.map(nasCells)),
    "",
    "## The architectures",
    "",
    ...rows.flatMap(({ platform, rival, ours }) =>
      ours === undefined ? [] : [`* ${platform}, for ${rival}: \`${JSON.stringify(ours.architecture)}\``],
    ),
    ...problems.map(({ platform, problem }) => `* ${platform}: ${problem}`),
    "",
  ].join("\n");
}
