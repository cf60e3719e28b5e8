import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { createProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { collect, type RunCommand } from "./command.js";

export function evaluateDistributionCommand(parent: Command, run: RunCommand): void {
  parent
    .command("distribution")
    .description("how well each sampler's configs follow those of real networks that it has never seen")
    .option("--rows <dir>", "folder of LitePred's conv.csv, dwconv.csv, pool.csv (default: ../shared/data)")
    .option("--seeds <n>", "seeds for convolutions", "3")
    .option("--other-seeds <n>", "seeds for other kernel types", "1")
    .option("--kernel <type>", "kernel type of our spaces (repeatable; default all with two sizes)", collect)
    .option("--sampler <name>", "sampler, or real (repeatable; default all)", collect)
    .option("--markdown <file>", "also write the tables into a file")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluateDistribution, renderDistributionReport } = await import(
          "../../experiments/distribution/run.js"
        );
        let progress: ReturnType<typeof createProgress> | undefined;
        const report = await evaluateDistribution({
          home: context.home,
          ...(options.rows ? { rows: options.rows } : {}),
          seeds: Number(options.seeds),
          otherSeeds: Number(options.otherSeeds),
          ...(options.kernel ? { types: options.kernel } : {}),
          ...(options.sampler ? { samplers: options.sampler } : {}),
          signal: context.signal,
          onProgress(done, total, note) {
            progress ??= createProgress("distributions", total);
            progress.update(done, note);
          },
        });
        progress?.stop();
        if (options.markdown) writeFileSync(options.markdown, renderDistributionReport(report));
        context.result(report, ({ cells, skipped }) =>
          [
            renderTable(
              ["configs", "kernel", "sampler", "KL(unseen‖drawn)", "KL(drawn‖unseen)", "classes"],
              cells.map((c) => [
                c.source,
                c.type,
                c.sampler,
                c.missed.toFixed(4),
                c.invented.toFixed(4),
                c.classes.toFixed(4),
              ]),
            ),
            ...skipped.map((line) => `! ${line}`),
          ].join("\n"),
        );
        return 0;
      }),
    );
}
