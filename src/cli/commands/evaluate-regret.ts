import { type Command, Option } from "commander";
import { saveWhole } from "../../base/index.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { collect, numberOf, type RunCommand } from "./command.js";

export function evaluateRegretCommand(parent: Command, run: RunCommand): void {
  parent
    .command("regret")
    .description("how far from the best a search ends that may measure few latencies, where all is known")
    .requiredOption("--data <dir>", "folder of the published tables")
    .addOption(
      new Option("--data-set <name>", "whose accuracies of NAS-Bench-201")
        .choices(["cifar10", "cifar100", "imagenet16"])
        .default("cifar10"),
    )
    .option("--device <name>", "device (repeatable; default all)", collect)
    .option("--method <name>", "search, search-alone, fit-once, random (repeatable; default all)", collect)
    .option("--measurements <n>", "latencies that may be measured on a device", "300")
    .option("--seeds <n>", "seeds", "10")
    .option("--markdown <file>", "also write the tables into a file")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateRegret } = await import("../../experiments/regret/run.js");
        const page = await import("../../experiments/regret/page.js");
        const report = await withProgress((watch) =>
          evaluateRegret({
            home: context.home,
            folder: options.data,
            dataSet: options.dataSet,
            devices: options.device,
            methods: options.method,
            measurements: numberOf(options, "measurements"),
            seeds: numberOf(options, "seeds"),
            signal: context.signal,
            ...watch,
          }),
        );
        if (options.markdown) saveWhole(options.markdown, page.regretPage(report));
        context.result(report, ({ shares, cells, skipped }) =>
          [
            renderTable(page.regretHead(shares), cells.map(page.regretRow)),
            renderTable(page.summaryHead, page.summaryRows(cells)),
            ...skipped.map((line) => `skipped: ${line}`),
          ].join("\n"),
        );
        return 0;
      }),
    );
}
