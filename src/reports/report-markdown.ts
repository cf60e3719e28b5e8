/** A report as Markdown: the totals, and for each model on its fastest platforms where the time goes. */
import { milliseconds, percent } from "../base/index.js";
import { markdown } from "./escape.js";
import { markdownTable } from "./markdown-table.js";
import type { ReportData, ReportedModel, ReportedPlatform } from "./report-data.js";

/** Kernels listed for each model and platform. */
const shownKernels = 10;

export function reportMarkdown({ date, litepred, models, failed }: ReportData): string {
  return [
    "# Latency report",
    "",
    `Predicted by litepred ${markdown(litepred)} on ${date.slice(0, 10)}.`,
    "",
    ...models.map(modelText),
    ...failed.map(({ model, failed: reason }) => `* ${markdown(model)} could not be used: ${markdown(reason)}`),
    "",
  ].join("\n");
}

function modelText({ model, platforms }: ReportedModel): string {
  const rows = platforms.map((p) => [
    markdown(p.platform),
    milliseconds(p.latencyMs),
    `${milliseconds(p.interval.lowMs)} – ${milliseconds(p.interval.highMs)}`,
    percent(p.coverage.kernels, 0),
  ]);
  const level = percent(platforms[0]?.interval.level ?? 0.9, 0);
  return [
    `## ${markdown(model)}`,
    "",
    markdownTable(["platform", "ms", `${level} interval`, "covered"], rows),
    "",
    ...platforms.map(platformText),
  ].join("\n");
}

function platformText({ platform, kernels, sumMs, factor, callMs, types, unpredicted }: ReportedPlatform): string {
  const dearest = [...kernels].sort((a, b) => b.latencyMs - a.latencyMs).slice(0, shownKernels);
  const rows = dearest.map(({ name, type, text, latencyMs, share, bound }) => [
    ...[markdown(name), markdown(type), markdown(text)],
    ...[bound, milliseconds(latencyMs), percent(share)],
  ]);
  return [
    `### ${markdown(platform)}`,
    "",
    `${milliseconds(sumMs)} ms of ${kernels.length} kernels × ${factor.toFixed(3)} (correction for whole models) + ${milliseconds(callMs)} ms for the call.`,
    `By type: ${types.map(({ name, share }) => `${markdown(name)} ${percent(share, 0)}`).join(", ")}.`,
    "",
    markdownTable(["kernel", "type", "config", "bound by", "ms", "share"], rows, 4),
    "",
    ...unpredicted.map(
      ({ node, operator, reason }) => `* not covered: ${markdown(node)} (${markdown(operator)}): ${markdown(reason)}`,
    ),
    "",
  ].join("\n");
}
