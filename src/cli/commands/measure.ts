import type { BadFile } from "../../base/index.js";
import type { MeasuredFile } from "../../measuring/index.js";
import { badOf, failedCell, reasons, usable } from "../bad-files.js";
import { fittedTable, wrapped } from "../fitting.js";
import { ms } from "../render.js";
import { defaultPlatform, modelOptions, type RegisterCommand } from "./command.js";

export const measure: RegisterCommand = (program, run) => {
  const command = program
    .command("measure")
    .description("whole-model latency, measured on the platform")
    .argument("<model...>", "model files")
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--protocol <name>", "brief, quick, standard or careful", "standard")
    .option("--again", "measure even what the store already has");
  modelOptions(command).action((models: string[], options, source) =>
    run(source, async (context) => {
      const { measureFiles } = await import("../../jobs/measure.js");
      const rows = await measureFiles({
        home: context.home,
        models,
        platform: options.platform,
        protocol: options.protocol,
        again: options.again === true,
        inputs: options.input ?? [],
        signature: options.signature,
        signal: context.signal,
      });
      const measured = usable(rows, models.length);
      context.result(rows, describe);
      if (badOf(rows).length > 0) return 2;
      return measured.some((row) => "failed" in row) ? 1 : 0;
    }),
  );
};

/** Reasons stand below the table: engines explain themselves at length. */
function describe(rows: readonly (MeasuredFile | BadFile)[]): string {
  const of = (text: (row: Exclude<MeasuredFile, { failed: string }>) => string | number, otherwise = "") =>
    rows.map((row) => ("failed" in row ? otherwise : text(row)));
  const table = fittedTable([
    { head: "model", cells: rows.map(({ model }) => model), least: 16 },
    { head: "ms", cells: of(({ latencyMs }) => ms(latencyMs), "–") },
    { head: "just now", cells: of(({ observedMs }) => ms(observedMs), failedCell) },
    { head: "core shared", cells: of(({ slowdown }) => `×${slowdown.toFixed(2)}`), expendable: 2 },
    { head: "±", cells: of(({ relativeError }) => `${(100 * relativeError).toFixed(1)} %`) },
    { head: "runs", cells: of(({ runs }) => runs), expendable: 1 },
  ]);
  const assumed = rows.flatMap(({ model, ...row }) =>
    ("assumed" in row ? row.assumed : []).flatMap((line) => wrapped(`${model}: ${line}`)),
  );
  return [table, ...assumed, ...reasons(rows.filter((row) => "failed" in row))].join("\n");
}
