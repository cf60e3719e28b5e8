import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import type { DistributionReport } from "../../experiments/distribution/report.js";
import { withProgress } from "../progress.js";
import { renderTable } from "../render.js";
import { collect, numberOf, type RunCommand } from "./command.js";

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
        const { evaluateDistribution } = await import("../../experiments/distribution/run.js");
        const { distributionPage } = await import("../../experiments/distribution/page.js");
        const report = await withProgress((watch) =>
          evaluateDistribution({
            home: context.home,
            rows: options.rows,
            seeds: numberOf(options, "seeds"),
            otherSeeds: numberOf(options, "otherSeeds"),
            types: options.kernel,
            samplers: options.sampler,
            signal: context.signal,
            ...watch,
          }),
        );
        if (options.markdown) saveWhole(options.markdown, distributionPage(report));
        context.result(report, describe);
        return 0;
      }),
    );
}

const head = ["configs", "kernel", "sampler", "KL(unseen‖drawn)", "KL(drawn‖unseen)", "classes"];

const describe = ({ cells, skipped }: DistributionReport) =>
  [
    renderTable(
      head,
      cells.map(({ source, type, sampler, ...kl }) => [
        ...[source, type, sampler],
        ...[kl.missed, kl.invented, kl.classes].map((nats) => nats.toFixed(4)),
      ]),
    ),
    ...skipped.map((line) => `! ${line}`),
  ].join("\n");
