import { extname } from "node:path";
import { LitepredError, saveWhole } from "../../base/index.js";
import type { FoundReport } from "../../jobs/report.js";
import type { ReportFormat } from "../../reports/index.js";
import { reasons } from "../bad-files.js";
import { collect, numberOf, type RegisterCommand } from "./command.js";

export const report: RegisterCommand = (program, run) => {
  program
    .command("report")
    .description("one file to send: totals by platform, where the time goes and why")
    .argument("<model...>", "ONNX or TFLite files")
    .requiredOption("--out <file>", "where to write it; - for stdout")
    .option("--platform <id>", "platform id, or all (repeatable; default: all)", collect)
    .option(
      "--format <name>",
      "html, json, csv, md, trace or model-explorer (default: as the file is named, else html)",
    )
    .option("--level <share>", "level of the intervals", "0.9")
    .option("--input <name=shape>", "shape of a model input, in the file's order of axes (repeatable)", collect)
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const format = await formatOf(options);
        const { renderReport, reportModels } = await import("../../jobs/report.js");
        const found = await reportModels({
          home: context.home,
          models,
          platform: options.platform ?? "all",
          inputs: options.input ?? [],
          level: numberOf(options, "level"),
          pools: options.pool ?? [],
        });
        if (found.data.models.length === 0) throw found.bad[0]!.error;
        const text = renderReport(found.data, format);
        if (options.out === "-") process.stdout.write(text);
        else {
          saveWhole(options.out, text);
          context.result({ file: options.out, format, ...countOf(found), failed: found.data.failed }, () =>
            [`${options.out}: ${format}, ${sizeText(text)}`, ...reasons(found.bad)].join("\n"),
          );
        }
        return found.bad.length > 0 ? 2 : 0;
      }),
    );
};

const countOf = ({ data }: FoundReport) => ({
  models: data.models.length,
  platforms: new Set(data.models.flatMap(({ platforms }) => platforms.map(({ platform }) => platform))).size,
});

const sizeText = (text: string) => `${Math.ceil(Buffer.byteLength(text) / 1024)} kB`;

const byExtension: Readonly<Record<string, ReportFormat>> = { ".json": "json", ".csv": "csv", ".md": "md" };

async function formatOf({ format, out }: { format?: string; out: string }): Promise<ReportFormat> {
  if (format === undefined) return byExtension[extname(out).toLowerCase()] ?? "html";
  const { reportFormats } = await import("../../reports/index.js");
  const found = reportFormats.find((known) => known === format);
  if (found !== undefined) return found;
  throw new LitepredError("bad-usage", `format ${format} is not known`, `use ${reportFormats.join(", ")}`);
}
