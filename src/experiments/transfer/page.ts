/** Markdown of transfers between real engines: docs/results/transfer.md. */
import { madeOnText } from "../made-on.js";
import { markdownTable } from "../markdown.js";
import { modelsLooked } from "./plan.js";
import type { EvaluatePlatformsReport, NotTransferred } from "./report.js";
import { noiseTable, summaryTable, type TextTable, variantTables } from "./tables.js";

const markdown = ({ head, rows }: TextTable) => markdownTable(head, rows);

const notRunLine = ({ target, reason }: NotTransferred) => `* ${target} was not transferred: ${reason}.`;

export function transferPage(report: EvaluatePlatformsReport): string {
  return [
    "# Transfer between real engines",
    `Made by \`litepred evaluate transfer --platform …\` ${madeOnText(report)}. Each platform in turn is the target. It is fitted as \`litepred adapt\` fits it: from kernels timed inside networks where the engine tells them, else from kernels measured alone, and with a correction by ${modelsLooked} networks of any space measured whole, other ones for each seed. Sources are the predictors that ship and those of the other platforms, each made from its own measurements alone; no predictor of the target's own platform is among them, and for "other engines only" none of its engine on any device. The test are architectures of six spaces that no fit looks at (\`litepred evaluate dataset\`). A second measurement is that of a fifth of the test, minutes later, held against the first, each space by its share. Kernels timed inside networks are the same for all seeds; minutes are those of measuring what the fit looks at.`,
    markdown(summaryTable(report)),
    ...(report.notRun.length === 0 ? [] : [report.notRun.map(notRunLine).join("\n")]),
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
