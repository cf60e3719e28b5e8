import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { defaultPlatform, type RunCommand } from "./command.js";

export function evaluateKernelsCommand(parent: Command, run: RunCommand): void {
  parent
    .command("kernels")
    .description("where the error comes from: predicted kernels beside the profiler's times inside the same models")
    .argument("[model...]", "model files that took no part in training (default: the example models)")
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--markdown <file>", "the tables as a page")
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const { evaluateKernelErrors } = await import("../../experiments/kernel-errors/run.js");
        const page = await import("../../experiments/kernel-errors/page.js");
        const report = await withProgress((watch) =>
          evaluateKernelErrors({
            home: context.home,
            platform: options.platform,
            models,
            signal: context.signal,
            ...watch,
            onProblem: (model, problem) => context.note(`! ${model}: ${problem}`),
          }),
        );
        if (options.markdown !== undefined) saveWhole(options.markdown, page.kernelErrorsPage(report));
        context.result(report, ({ types, models: each }) =>
          [
            renderTable(page.typeHead, types.map(page.typeCells)),
            renderTable(page.modelHead, each.map(page.modelCells)),
          ].join("\n\n"),
        );
        return 0;
      }),
    );
}
