import type { MeasuredFile } from "../../jobs/model-files.js";
import { ms, renderTable } from "../render.js";
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
      const { measureFiles } = await import("../../jobs/model-files.js");
      const reports = await measureFiles({
        home: context.home,
        models,
        platform: options.platform,
        protocol: options.protocol,
        again: options.again === true,
        inputs: options.input ?? [],
        signature: options.signature,
        signal: context.signal,
      });
      context.result(reports, describe);
      return reports.some((report) => "failed" in report) ? 1 : 0;
    }),
  );
};

const head = ["model", "ms", "just now", "core shared", "±", "runs"];

/** What is long stands below the table. */
function describe(all: readonly MeasuredFile[]): string {
  const notes = all.flatMap((r) => [
    ...("failed" in r ? [`! ${r.model}: ${r.failed}`] : []),
    ...r.assumed.map((line) => `  ${r.model}: ${line}`),
  ]);
  return [renderTable(head, all.map(cells)), ...notes].join("\n");
}

function cells(r: MeasuredFile): (string | number)[] {
  if ("failed" in r) return [r.model, "failed"];
  const doubt = `${(100 * r.relativeError).toFixed(1)} %`;
  return [r.model, ms(r.latencyMs), ms(r.observedMs), `×${r.slowdown.toFixed(2)}`, doubt, r.runs];
}
