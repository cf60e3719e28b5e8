import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { collect, defaultPlatform, numberOf, type RunCommand } from "./command.js";

export function evaluateNasCommand(parent: Command, run: RunCommand): void {
  parent
    .command("nas")
    .description("networks found for a platform beside MobileNetV2 and V3 at their measured latency")
    .option("--platform <id>", "platform with a predictor, attached (repeatable)", collect)
    .option("--evaluations <n>", "of each search", "20000")
    .option("--verify <n>", "networks of a front that are measured in a round", "8")
    .option("--candidates <n>", "networks that are tried beside each rival", "6")
    .option("--protocol <name>", "brief, quick, standard or careful", "standard")
    .option("--seed <n>", "seed of the searches", "1")
    .option("--name <name>", "of the run; the same name goes on with it", new Date().toISOString().slice(0, 10))
    .option("--markdown <file>", "also write the table into a file")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateNas } = await import("../../experiments/nas/run.js");
        const { nasCells, nasHead, nasPage, verdicts } = await import("../../experiments/nas/page.js");
        const report = await withProgress((watch) =>
          evaluateNas({
            home: context.home,
            platforms: options.platform ?? [defaultPlatform],
            evaluations: numberOf(options, "evaluations"),
            verify: numberOf(options, "verify"),
            candidates: numberOf(options, "candidates"),
            protocol: options.protocol,
            seed: numberOf(options, "seed"),
            name: options.name,
            signal: context.signal,
            ...watch,
          }),
        );
        if (options.markdown) saveWhole(options.markdown, nasPage(report));
        context.result(report, ({ rows, problems }) =>
          [
            renderTable(nasHead, rows.map(nasCells)),
            ...verdicts(rows),
            ...problems.map(({ platform, problem }) => `! ${platform}: ${problem}`),
          ].join("\n"),
        );
        return report.problems.length > 0 ? 1 : 0;
      }),
    );
}
