import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { collect, defaultPlatform, numberOf, type RunCommand } from "./command.js";

export function evaluateNasCommand(parent: Command, run: RunCommand): void {
  parent
    .command("nas")
    .description("networks searched under the measured latency of MobileNetV2 and V3, on platforms that are attached")
    .option("--platform <id>", "platform id (repeatable)", collect)
    .option("--evaluations <n>", "architectures that each search looks at", "20000")
    .option("--verify <k>", "networks of the front to measure in a round", "6")
    .option("--protocol <name>", "brief, quick, standard or careful", "standard")
    .option("--seed <n>", "seed", "1")
    .option("--markdown <file>", "also write the table into a file")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateNas } = await import("../../experiments/nas/run.js");
        const { nasCells, nasHead, nasPage } = await import("../../experiments/nas/page.js");
        const report = await withProgress((watch) =>
          evaluateNas({
            home: context.home,
            platforms: options.platform ?? [defaultPlatform],
            evaluations: numberOf(options, "evaluations"),
            verify: numberOf(options, "verify"),
            protocol: options.protocol,
            seed: numberOf(options, "seed"),
            signal: context.signal,
            ...watch,
          }),
        );
        for (const { platform, problem } of report.problems) context.note(`${platform}: ${problem}`);
        if (options.markdown) writeFileSync(options.markdown, nasPage(report));
        context.result(report, ({ rows }) => renderTable(nasHead, rows.map(nasCells)));
        return report.rows.length > 0 ? 0 : 1;
      }),
    );
}
