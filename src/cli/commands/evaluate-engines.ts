import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { EngineReport, EnginesReport } from "../../experiments/engines/report.js";
import { createProgress } from "../progress.js";
import { percent, renderTable } from "../render.js";
import { collect, type RunCommand } from "./command.js";

/** Adds `engines` to `litepred evaluate`. */
export function evaluateEngines(parent: Command, run: RunCommand): void {
  parent
    .command("engines")
    .description("table of engines: do kernel times add up to the model, do measurements repeat, how fast is measuring")
    .option("--platform <id>", "platform id (repeatable; default: all that is installed)", collect)
    .option("--models <n>", "whole models for each platform", "20")
    .option("--repeats <n>", "kernels of them that are measured a second time", "150")
    .option("--no-measure", "only use what the store has")
    .option("--markdown <file>", "write the table there, too")
    .action((options, command) =>
      run(command, async (context) => {
        const jobs = await import("../../experiments/engines/run.js");
        let progress: ReturnType<typeof createProgress> | undefined;
        const report = await jobs.evaluateEngines({
          home: context.home,
          ...(options.platform ? { platforms: options.platform } : {}),
          models: Number(options.models),
          measure: options.measure,
          repeats: Number(options.repeats),
          signal: context.signal,
          onStage(label, total) {
            progress?.stop();
            progress = createProgress(label, total);
          },
          onProgress: (done, note) => progress?.update(done, note),
        });
        progress?.stop();
        if (options.markdown) writeFileSync(options.markdown, markdown(report, Number(options.models)));
        context.result(report, (r) =>
          [
            renderTable(head, r.rows.map(cells)),
            ...r.rows.flatMap((row) => failureLines(row).map((line) => `! ${line}`)),
            ...r.problems.map(({ platform, problem }) => `! ${platform}: ${problem}`),
          ].join("\n"),
        );
        return report.problems.length > 0 ? 1 : 0;
      }),
    );
}

const head = [
  "engine",
  "version",
  "precision",
  "kernel timed",
  "models",
  "sum ÷ whole",
  "corrected",
  "kernel repeats",
  "model repeats",
  "kernels / h",
  "models / h",
  "failed",
];

function cells(row: EngineReport): string[] {
  const { kernels, failures } = row;
  const failedModels = failures.filter(({ what }) => what === "model").reduce((sum, { count }) => sum + count, 0);
  return [
    row.engine,
    row.version,
    row.precision,
    row.kernelTiming,
    String(row.models.length),
    shares(row.plain),
    shares(row.corrected),
    repeats(row.kernelRepeatability),
    repeats(row.modelRepeatability),
    thousands(row.kernelsPerHour),
    thousands(row.modelsPerHour),
    `${kernels.failed} of ${kernels.measured + kernels.failed} kernels, ${failedModels} models`,
  ];
}

const shares = (found: EngineReport["plain"]) =>
  found === undefined ? "–" : `${found.median.toFixed(2)} (${found.min.toFixed(2)}–${found.max.toFixed(2)})`;

const repeats = (found: EngineReport["kernelRepeatability"]) =>
  found === undefined
    ? "–"
    : `${percent(found.medianDifference)}; ${percent(found.within5, 0)} / ${percent(found.within10, 0)}`;

const thousands = (rate: number | undefined) => (rate === undefined ? "–" : rate.toLocaleString("en"));

const failureLines = ({ engine, version, precision, failures }: EngineReport) =>
  failures.map(
    ({ what, reason, count, example }) =>
      `${engine} ${version} ${precision}: ${count} ${what}${count === 1 ? "" : "s"} ${reason}, e.g. ${oneLine(example)}`,
  );

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").slice(0, 240);

const row = (values: readonly string[]) => `| ${values.join(" | ")} |`;

/** The page docs/results/engines.md. */
function markdown(report: EnginesReport, models: number): string {
  const timings = [...new Map(report.rows.map((r) => [r.engine, r.timingReason])).entries()];
  return [
    "# Engines",
    "",
    `Made by \`litepred evaluate engines --models ${models} --markdown docs/results/engines.md\`, ${report.date.slice(0, 10)}, ${report.cpu}, one thread.`,
    "",
    "Whole models (well-known ones, and architectures of the search spaces) and every distinct kernel in them are measured directly; no predictor is involved.",
    "*sum ÷ whole*: sum of the kernels' times over the model's, median (lowest–highest) over the models whose kernels were all measured; *corrected*: after the model-level correction fitted on the other models.",
    "*repeats*: second measurement against the first, minutes later: median difference; share within ±5 % / ±10 %.",
    "Runs count in one state of the core only (docs/adr/0002-core-state.md); in which, the measurements' own conditions say.",
    "",
    row(head),
    row(head.map(() => "---")),
    ...report.rows.map((r) => row(cells(r))),
    "",
    "## How a kernel is timed",
    "",
    ...timings.map(([engine, reason]) => `* ${engine}: ${reason}`),
    "",
    "## What failed",
    "",
    ...report.rows.flatMap((r) => failureLines(r).map((line) => `* ${line.replaceAll("|", "\\|")}`)),
    ...report.problems.map(({ platform, problem }) => `* ${platform}: ${oneLine(problem)}`),
    "",
  ].join("\n");
}
