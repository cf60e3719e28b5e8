import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { numberOf, type RunCommand } from "./command.js";

export function evaluateAccuracyCommand(parent: Command, run: RunCommand): void {
  parent
    .command("accuracy")
    .description("fits the accuracy of OFA-MobileNetV3's sub-networks again, and says how far it is off")
    .requiredOption("--data <dir>", "folder of the published tables")
    .option("--seeds <n>", "seeds of the learning curve", "3")
    .option("--save <file>", "write the predictor there (the one that ships: data/accuracy/ofa-mobilenetv3.json)")
    .option("--markdown <file>", "also write the tables into a file")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateAccuracy } = await import("../../experiments/accuracy/run.js");
        const { accuracyPage, curveCells, curveHead, splitCells, splitHead } = await import(
          "../../experiments/accuracy/page.js"
        );
        const report = await withProgress((watch) =>
          evaluateAccuracy({
            folder: options.data,
            seeds: numberOf(options, "seeds"),
            save: options.save,
            ...watch,
          }),
        );
        if ("skipped" in report) {
          context.result(report, ({ skipped }) => `skipped: ${skipped}`);
          return 0;
        }
        if (options.markdown) saveWhole(options.markdown, accuracyPage(report));
        context.result(report, ({ splits, curve }) =>
          [renderTable(splitHead, splits.map(splitCells)), renderTable(curveHead, curve.map(curveCells))].join("\n"),
        );
        return 0;
      }),
    );
}
