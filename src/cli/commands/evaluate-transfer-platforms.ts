import { saveWhole } from "../../base/index.js";
/** `evaluate transfer --platform …`: over real engines of this machine. */
import type { EvaluatePlatformsReport } from "../../experiments/transfer/report.js";
import type { TextTable, VariantTables } from "../../experiments/transfer/tables.js";
import type { CliContext } from "../context.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { numberOf } from "./command.js";

export interface TransferPlatformsOptions {
  readonly platform: readonly string[];
  readonly target?: readonly string[];
  readonly seeds: string;
  readonly budgets?: boolean;
  readonly method: "default" | "litepred";
  readonly measure: boolean;
  readonly measureOnly?: boolean;
  readonly markdown?: string;
  readonly plot?: string;
}

export async function evaluatePlatforms(context: CliContext, options: TransferPlatformsOptions): Promise<number> {
  const { measurePlatforms, trainSources } = await import("../../experiments/transfer/measure.js");
  const { evaluateTransferPlatforms } = await import("../../experiments/transfer/run.js");
  const request = { home: context.home, platforms: options.platform, signal: context.signal };
  const problems = options.measure ? await withProgress((watch) => measurePlatforms({ ...request, ...watch })) : [];
  for (const { platform, problem } of problems) context.note(`! ${platform}: ${problem}`);
  if (options.measureOnly) {
    context.result({ problems }, () => "measured");
    return problems.length > 0 ? 1 : 0;
  }
  const report = await withProgress(async (watch) => {
    await trainSources({ ...request, ...watch });
    const { target: targets, budgets, method, seeds } = options;
    return evaluateTransferPlatforms({
      ...request,
      ...watch,
      targets,
      seeds: numberOf({ seeds }, "seeds"),
      budgets,
      method,
    });
  });
  await writeFiles(report, options);
  const { noiseTable, variantTables } = await import("../../experiments/transfer/tables.js");
  context.result({ ...report, problems }, (r) => tables(noiseTable(r), variantTables(r)).join("\n\n"));
  return 0;
}

async function writeFiles(
  report: EvaluatePlatformsReport,
  { markdown, plot }: TransferPlatformsOptions,
): Promise<void> {
  if (markdown !== undefined)
    saveWhole(markdown, (await import("../../experiments/transfer/page.js")).transferPage(report));
  if (plot !== undefined)
    saveWhole(plot, (await import("../../experiments/plots/transfer.js")).plotTransfer(report.cells));
}

const tables = (noise: TextTable, variants: readonly VariantTables[]): string[] => [
  renderTable(noise.head, noise.rows),
  ...variants.flatMap(({ variant, overall, bySpace }) => [
    `${variant}\n${renderTable(overall.head, overall.rows)}`,
    renderTable(bySpace.head, bySpace.rows),
  ]),
];
