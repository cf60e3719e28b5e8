/** Markdown of transfers between real engines: docs/results/transfer.md. */
import { dayOf, markdownTable } from "../markdown.js";
import { architecturesLooked } from "./plan.js";
import type { EvaluatePlatformsReport } from "./report.js";
import { noiseTable, type TextTable, variantTables } from "./tables.js";

const markdown = ({ head, rows }: TextTable) => markdownTable(head, rows);

export function transferPage(report: EvaluatePlatformsReport): string {
  return [
    "# Transfer between real engines",
    `Made by \`litepred evaluate transfer --platform …\` on ${dayOf(report.date)}. Each platform is the target of the others, mean of the seeds. Predictions are held against one measurement of each architecture; the noise ceiling is a second measurement of a seventh to a fifth of them, minutes later, against the first, each space by its share of all that were measured. No test architecture took part in any step; each seed draws anew which ${architecturesLooked} architectures are adapted with and which are the test. Measurements: kernels, and ${architecturesLooked} whole architectures for the model-level correction.`,
    markdown(noiseTable(report)),
    ...variantTables(report).flatMap(({ variant, overall, bySpace }) => [
      `## Sources: ${variant}`,
      markdown(overall),
      markdown(bySpace),
    ]),
    "## Sources by kernel type",
    ...report.targets.map(({ target }) => {
      const cell = report.cells.find((candidate) => candidate.target === target);
      const donors = Object.entries(cell?.donors ?? {}).map(([type, names]) => [type, names[0] ?? "none"]);
      const table = markdownTable(["kernel type", "source"], donors);
      return `### ${target}\n\nThe source of most weight, first seed.\n\n${table}`;
    }),
    "",
  ].join("\n\n");
}
