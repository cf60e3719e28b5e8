import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { numberOf, type RunCommand } from "./command.js";

/** Adds `similarity` to `litepred evaluate`. */
export function evaluateSimilarityCommand(parent: Command, run: RunCommand): void {
  parent
    .command("similarity")
    .description(
      "whether it matters which source a kernel type is transferred from, and which ranking finds it; from tables",
    )
    .requiredOption(
      "--data <dir>",
      "folder with one folder of tables for each platform (scripts/recorded-tables.mjs makes them)",
    )
    .option("--measured <n>", "measurements of a kernel type on the target", "30")
    .option("--seeds <n>", "draws of these", "3")
    .option("--markdown <file>", "also write the table there")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateSimilarity } = await import("../../experiments/similarity/run.js");
        const { similarityPage } = await import("../../experiments/similarity/page.js");
        const settings = { measured: numberOf(options, "measured"), seeds: numberOf(options, "seeds") };
        const report = evaluateSimilarity(options.data, settings);
        if (options.markdown) writeFileSync(options.markdown, similarityPage(report));
        context.result(report, similarityPage);
        return 0;
      }),
    );
}
