/** A row for each kernel of each model on each platform. */
import { csvCell } from "./escape.js";
import type { ReportData, ReportedKernel } from "./report-data.js";

const columns: Readonly<Record<string, (kernel: ReportedKernel) => string | number>> = {
  kernel: ({ name }) => name,
  type: ({ type }) => type,
  config: ({ config }) =>
    Object.entries(config)
      .map(([name, value]) => `${name}=${value}`)
      .join(" "),
  latency_ms: ({ latencyMs }) => latencyMs,
  share: ({ share }) => share,
  bound: ({ bound }) => bound,
  efficiency: ({ efficiency }) => efficiency,
  flops: ({ flops }) => flops,
  bytes: ({ bytes }) => bytes,
  uncovered: ({ uncovered }) => uncovered ?? "",
};

export function reportCsv({ models }: ReportData): string {
  const lines = models.flatMap(({ model, platforms }) =>
    platforms.flatMap(({ platform, kernels }) =>
      kernels.map((kernel) => [model, platform, ...Object.values(columns).map((of) => of(kernel))]),
    ),
  );
  return [["model", "platform", ...Object.keys(columns)], ...lines]
    .map((cells) => `${cells.map(csvCell).join(",")}\r\n`)
    .join("");
}
