import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import type { CliContext } from "../context.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { collect, defaultPlatform, type RunCommand } from "./command.js";

export function evaluateCasesCommand(parent: Command, run: RunCommand): void {
  parent
    .command("cases")
    .description(
      "small files of odd kinds: predicted near enough, inside an honest interval, or refused as the engine does",
    )
    .argument("[path...]", "model files, and folders of them")
    .option("--dir <dir>", "a folder of model files (repeatable)", collect)
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--protocol <name>", "brief, quick, standard or careful", "quick")
    .option("--input <file:name=shape>", "shape of an input of one of the files (repeatable)", collect)
    .option("--fallbacks", "instead: every measured kernel, estimated as though its type had no predictor")
    .option("--markdown <file>", "also write the page here, e.g. docs/results/cases.md")
    .action((paths: string[], options, command) =>
      run(command, async (context) => {
        if (options.fallbacks === true) return fallbacks(context, options.platform);
        const { evaluateCases } = await import("../../experiments/cases/run.js");
        const { caseCells, caseHead, casesPage, casesSummary } = await import("../../experiments/cases/page.js");
        const report = await withProgress((watch) =>
          evaluateCases({
            home: context.home,
            paths: [...paths, ...(options.dir ?? [])],
            platform: options.platform,
            protocol: options.protocol,
            inputs: options.input ?? [],
            signal: context.signal,
            ...watch,
          }),
        );
        if (options.markdown !== undefined) saveWhole(options.markdown, casesPage(report));
        context.result(report, (r) => [renderTable(caseHead, r.cases.map(caseCells)), casesSummary(r)].join("\n"));
        return report.counts.off + report.counts.refused > 0 ? 3 : 0;
      }),
    );
}

async function fallbacks(context: CliContext, platform: string): Promise<number> {
  const { evaluateFallbacks } = await import("../../experiments/cases/fallbacks-run.js");
  const { fallbackCells, fallbackHead, fallbackSummary } = await import("../../experiments/cases/page.js");
  const report = await evaluateFallbacks(context.home, platform);
  context.result(report, (r) => [renderTable(fallbackHead, r.types.map(fallbackCells)), fallbackSummary(r)].join("\n"));
  return 0;
}
