import type { Command } from "commander";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { collect, numberOf, type RunCommand } from "./command.js";

const defaultSpaces = ["ofa-mobilenetv3", "proxylessnas", "ofa-resnet50", "fbnet", "attentivenas", "autoformer"];

/** Adds `dataset` to `litepred evaluate`. */
export function evaluateDatasetCommand(parent: Command, run: RunCommand): void {
  parent
    .command("dataset")
    .description(
      "measures architectures of the six spaces whole on platforms of this machine, into the store; goes on where it was stopped",
    )
    .requiredOption("--platform <id>", "repeatable", collect)
    .option("--space <name>", "repeatable; default the six of the evaluation", collect)
    .option("--count <n>", "architectures of each space; a larger number goes on from a smaller", "40")
    .option("--minutes <n>", "no further part is begun after so long")
    .option("--seed <n>", "seed", "11")
    .action((options, command) =>
      run(command, async (context) => {
        const { measureDataset } = await import("../../experiments/dataset/run.js");
        const rows = await withProgress((watch) =>
          measureDataset({
            home: context.home,
            platforms: options.platform,
            spaces: options.space ?? defaultSpaces,
            count: numberOf(options, "count"),
            seed: numberOf(options, "seed"),
            minutes: options.minutes === undefined ? undefined : numberOf(options, "minutes"),
            signal: context.signal,
            ...watch,
          }),
        );
        context.result({ platforms: rows, complete: rows.every((row) => row.measured >= row.wanted) }, (report) =>
          renderTable(
            ["platform", "measured", "of", "twice", "failed", "s now", "s each"],
            report.platforms.map((row) => [
              ...[row.platform, row.measured, row.wanted, row.twice, row.failed],
              ...[row.seconds.toFixed(0), Number.isFinite(row.secondsEach) ? row.secondsEach.toFixed(2) : "–"],
            ]),
          ),
        );
        return 0;
      }),
    );
}
