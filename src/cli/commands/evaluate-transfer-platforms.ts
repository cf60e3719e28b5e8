/** `evaluate transfer --platform …`: over real engines of this machine. */
import { saveWhole, unknownName } from "../../base/index.js";
import type { TransferVariant } from "../../experiments/transfer/plan.js";
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
  readonly minutes: string;
  readonly count: string;
  readonly pool?: readonly string[];
  readonly variant?: readonly string[];
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
  const { target: targets, budgets, method, pool: pools } = options;
  const variants = options.variant && (await namedVariants(options.variant));
  const number = (name: "seeds" | "minutes" | "count") => numberOf({ [name]: options[name] }, name);
  const request = { home: context.home, platforms: options.platform, signal: context.signal, seeds: number("seeds") };
  const measuring = { ...request, minutes: number("minutes"), count: number("count") };
  const problems = options.measure ? await withProgress((watch) => measurePlatforms({ ...measuring, ...watch })) : [];
  for (const { platform, problem } of problems) context.note(`! ${platform}: ${problem}`);
  if (options.measureOnly || context.signal?.aborted) {
    context.result({ problems }, () =>
      context.signal?.aborted ? "stopped; the same command goes on from here" : "measured",
    );
    return problems.length > 0 ? 1 : 0;
  }
  const report = await withProgress(async (watch) => {
    const untrained = await trainSources({ ...request, ...watch });
    const report = await evaluateTransferPlatforms({ ...request, ...watch, pools, targets, variants, budgets, method });
    return { ...report, untrained };
  });
  for (const { platform, problem } of report.untrained) context.note(`! ${platform} is no source: ${problem}`);
  await writeFiles(report, options);
  const { summaryTable, variantTables } = await import("../../experiments/transfer/tables.js");
  context.result({ ...report, problems }, (r) => tables(summaryTable(r), variantTables(r)).join("\n\n"));
  return 0;
}

async function namedVariants(names: readonly string[]): Promise<TransferVariant[]> {
  const { transferVariants } = await import("../../experiments/transfer/plan.js");
  const known = transferVariants.map(({ name }) => name);
  return names.map((name) => {
    const found = transferVariants.find((variant) => variant.name === name);
    if (found === undefined) throw unknownName("variant", name, known);
    return found;
  });
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

const tables = (summary: TextTable, variants: readonly VariantTables[]): string[] => [
  ...variants.flatMap(({ variant, overall, bySpace }) => [
    `${variant}\n${renderTable(overall.head, overall.rows)}`,
    renderTable(bySpace.head, bySpace.rows),
  ]),
  renderTable(summary.head, summary.rows),
];
