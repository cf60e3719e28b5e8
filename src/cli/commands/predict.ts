import { groupBy } from "../../base/index.js";
import type { BadFile } from "../../jobs/bad-files.js";
import type { ModelReport } from "../../jobs/predict.js";
import { badOf, failedCell, reasons, usable } from "../bad-files.js";
import { fittedTable, wrapped } from "../fitting.js";
import { describePrediction } from "../prediction-text.js";
import { ms, percent } from "../render.js";
import { collect, modelOptions, numberOf, platformsIn, type RegisterCommand } from "./command.js";

export const predict: RegisterCommand = (program, run) => {
  const command = program
    .command("predict")
    .description("latency of ONNX or TFLite models on a platform, with an interval and the breakdown by kernel")
    .argument("<model...>", "ONNX or TFLite files")
    .option("--platform <id>", "platform id, or all (repeatable; default: this machine's ONNX Runtime)", collect);
  modelOptions(command)
    .option("--level <share>", "level of the interval", "0.9")
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .option("--kernels", "list every kernel")
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const { predictFiles } = await import("../../jobs/predict.js");
        const rows = await predictFiles({
          home: context.home,
          models,
          platform: platformsIn(options),
          inputs: options.input ?? [],
          signature: options.signature,
          level: numberOf(options, "level"),
          pools: options.pool ?? [],
        });
        const reports = usable(rows, models.length);
        const bad = badOf(rows);
        context.result(rows, () => describe(reports, bad, options.kernels === true));
        return bad.length > 0 ? 2 : 0;
      }),
    );
};

/** One prediction with its kernels; several as tables of totals, one for each model where there are several platforms. */
function describe(reports: readonly ModelReport[], bad: readonly BadFile[], everyKernel: boolean): string {
  const platforms = new Set(reports.map(({ platform }) => platform));
  const parts: string[] = [];
  if (reports.length === 1 && bad.length === 0) parts.push(describePrediction(reports[0]!, everyKernel));
  else if (platforms.size > 1)
    for (const [model, own] of groupBy(reports, (report) => report.model))
      parts.push(`${model}\n${totals("platform", own, ({ platform }) => platform)}`);
  else parts.push([...platforms, totals("model", [...reports, ...bad], ({ model }) => model)].join("\n"));
  if (reports.length > 1 || bad.length > 0) parts.push(...assumedLines(reports));
  if (everyKernel && reports.length > 1) parts.push(...reports.map((report) => describePrediction(report, true)));
  if (bad.length > 0) parts.push(reasons(bad).join("\n"));
  return parts.join("\n\n");
}

/** What nobody stated, once for each model. */
const assumedLines = (reports: readonly ModelReport[]): string[] =>
  [...new Set(reports.flatMap(({ model, assumed = [] }) => assumed.map((line) => `${model}: ${line}`)))].map((line) =>
    wrapped(line).join("\n"),
  );

function totals<T extends ModelReport | BadFile>(head: string, rows: readonly T[], nameOf: (row: T) => string): string {
  const found = (text: (report: ModelReport) => string, otherwise: string) =>
    rows.map((row) => ("failed" in row ? otherwise : text(row as ModelReport)));
  const level = rows.find((row): row is T & ModelReport => !("failed" in row))?.interval.level ?? 0.9;
  return fittedTable([
    { head, cells: rows.map(nameOf), least: 24 },
    { head: "ms", cells: found(({ latencyMs }) => ms(latencyMs), "–") },
    { head: `${percent(level, 0)} interval`, cells: found(intervalText, failedCell) },
    { head: "covered", cells: found(({ coverage }) => percent(coverage.kernels, 0), ""), expendable: 1 },
  ]);
}

const intervalText = ({ interval }: ModelReport) => `${ms(interval.lowMs)} – ${ms(interval.highMs)}`;
