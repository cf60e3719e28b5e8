import type { Command } from "commander";
import { oneStage, withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import type { RunCommand } from "./command.js";
import { numberOf } from "./command.js";

/** `litepred engines rules`: which operators an engine fuses, found out by measuring. */
export function registerEngineRules(parent: Command, run: RunCommand): void {
  parent
    .command("rules")
    .description(
      "which operators an engine fuses, by measuring them apart and together, and where the rules kept for it differ",
    )
    .argument("[engine]", "name of an engine, or a platform id")
    .option("--pairs <names>", "only pairs whose names contain one of these, separated by commas, e.g. conv+relu,gelu")
    .option("--rounds <n>", "visits of each chain", "9")
    .option("--seed <n>", "of the order of the visits", "0")
    .option("--write", "keep the evidence in data/fusion-rules/evidence")
    .option("--markdown", "print the page of all evidence that is kept, and measure nothing without an engine")
    .action((target: string | undefined, options, command) =>
      run(command, async (context) => {
        const evidenceJob = await import("../../fusion/index.js");
        if (target !== undefined) {
          const { findRules } = await import("../../jobs/find-rules.js");
          const evidence = await withProgress((watch) =>
            findRules({
              home: context.home,
              target,
              pairs: options.pairs && String(options.pairs).split(","),
              rounds: numberOf(options, "rounds"),
              seed: numberOf(options, "seed"),
              signal: context.signal,
              onProgress: oneStage("rounds", watch),
            }),
          );
          if (options.write) context.note(`evidence: ${evidenceJob.writeEvidence(evidence)}`);
          if (!options.markdown) {
            const { evidenceText } = await import("../fusion-text.js");
            context.result(evidence, (found) => evidenceText(found, renderTable));
            return 0;
          }
        }
        const { fusionPage } = await import("../../fusion/index.js");
        context.result(evidenceJob.readEvidence(), (all) => fusionPage(all).trimEnd());
        return 0;
      }),
    );
}
