import type { Command } from "commander";
import { withProgress } from "../progress.js";
import { collect, numberOf, type RunCommand } from "./command.js";

const defaultSpaces = ["ofa-mobilenetv3", "proxylessnas", "ofa-resnet50", "fbnet", "attentivenas", "autoformer"];

/** Adds `latencies` to `litepred evaluate`. */
export function evaluateLatenciesCommand(parent: Command, run: RunCommand): void {
  parent
    .command("latencies")
    .description(
      "predicted latencies of many architectures on every platform of the pool, as one Parquet file with a data card",
    )
    .requiredOption("--out <file>", "the Parquet file; the card lies beside it")
    .option("--space <name>", "repeatable; default the six of the evaluation", collect)
    .option("--count <n>", "architectures of each space", "4000")
    .option("--platform <id>", "repeatable; default all of the pool", collect)
    .option("--pool <dir>", "further folder of predictors (repeatable)", collect)
    .option("--seed <n>", "seed", "1")
    .action((options, command) =>
      run(command, async (context) => {
        const { predictLatencies } = await import("../../experiments/latencies/run.js");
        const report = await withProgress((watch) =>
          predictLatencies({
            home: context.home,
            pool: options.pool,
            spaces: options.space ?? defaultSpaces,
            count: numberOf(options, "count"),
            seed: numberOf(options, "seed"),
            platforms: options.platform,
            out: options.out,
            signal: context.signal,
            ...watch,
          }),
        );
        context.result(
          report,
          ({ file, card, rows, platforms, seconds }) =>
            `${rows} predictions on ${platforms.length} platforms in ${seconds.toFixed(1)} s: ${file}, ${card}`,
        );
        return 0;
      }),
    );
}
