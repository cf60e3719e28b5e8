import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { RepeatabilityRow } from "../../experiments/repeatability/report.js";
import { createProgress } from "../progress.js";
import { percent, renderTable } from "../render.js";
import type { RunCommand } from "./command.js";

export function evaluateRepeatability(parent: Command, run: RunCommand): void {
  parent
    .command("repeatability")
    .description("how well numbers repeat here: models and kernels measured twice, minutes apart, also disturbed")
    .option("--platform <id...>", "platforms (default: all engines that are installed)")
    .option("--models <n>", "models", "20")
    .option("--kernels <n>", "kernels", "200")
    .option("--minutes-apart <n>", "least time between the two looks", "10")
    .option("--no-disturbed", "not beside a program that disturbs")
    .option("--name <name>", "of the run; the same name goes on with it", new Date().toISOString().slice(0, 10))
    .option("--markdown <file>", "the table as a page")
    .action((options, command) =>
      run(command, async (context) => {
        const experiment = await import("../../experiments/repeatability/run.js");
        let progress: ReturnType<typeof createProgress> | undefined;
        const rows = await experiment.evaluateRepeatability({
          home: context.home,
          platforms: options.platform,
          models: Number(options.models),
          kernels: Number(options.kernels),
          minutesApart: Number(options.minutesApart),
          disturbed: options.disturbed,
          name: options.name,
          signal: context.signal,
          onStage(label, total) {
            progress?.stop();
            progress = createProgress(label, total);
          },
          onProgress: (done, note) => progress?.update(done, note),
          onProblem: (platform, problem) => context.note(`! ${platform}: ${problem}`),
        });
        progress?.stop();
        if (options.markdown !== undefined) writeFileSync(options.markdown, page(rows));
        context.result(rows, (all) => renderTable(head, all.map(cells)));
        return 0;
      }),
    );
}

const head = ["platform", "what", "n", "median", "90th pct", "within 5 %", "within 10 %", "s each", "core shared"];

const cells = (row: RepeatabilityRow): string[] => [
  row.platform,
  `${row.kind}s${row.disturbed ? ", disturbed" : ""}`,
  String(row.n),
  percent(row.medianDifference),
  percent(row.p90Difference),
  percent(row.within5, 0),
  percent(row.within10, 0),
  row.secondsEach.toFixed(2),
  `×${row.slowdown.toFixed(2)}`,
];

const page = (rows: readonly RepeatabilityRow[]): string =>
  [
    "# How well numbers repeat",
    "",
    `\`litepred evaluate repeatability\`, ${new Date().toISOString().slice(0, 10)}: two looks at the same models, and at kernels of 30 µs and more, minutes apart and each in a new process of the engine; "disturbed" beside a program that sweeps through memory and keeps a core busy in bursts. "core shared": how much slower than at the reference state things just ran.`,
    "",
    `| ${head.join(" | ")} |`,
    `|${head.map(() => "---").join("|")}|`,
    ...rows.map((row) => `| ${cells(row).join(" | ")} |`),
    "",
  ].join("\n");
