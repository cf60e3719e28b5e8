import type { ModelReport } from "../../jobs/predict.js";
import { ms, percent, renderTable } from "../render.js";
import { collect, defaultPlatform, modelOptions, numberOf, type RegisterCommand } from "./command.js";

export const predict: RegisterCommand = (program, run) => {
  const command = program
    .command("predict")
    .description("latency of ONNX or TFLite models on a platform, with an interval and the breakdown by kernel")
    .argument("<model...>", "ONNX or TFLite files")
    .option("--platform <id>", "platform id, or all", defaultPlatform);
  modelOptions(command)
    .option("--level <share>", "level of the interval", "0.9")
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .option("--kernels", "list every kernel")
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const { predictModels } = await import("../../jobs/predict.js");
        const reports = await predictModels({
          home: context.home,
          models,
          platform: options.platform,
          inputs: options.input ?? [],
          signature: options.signature,
          level: numberOf(options, "level"),
          pools: options.pool ?? [],
        });
        context.result(reports, (all) => all.map((report) => describe(report, options.kernels === true)).join("\n\n"));
        return 0;
      }),
    );
};

/** Kernels listed without --kernels: the most expensive ones. */
const shownKernels = 8;

function describe(report: ModelReport, everyKernel: boolean): string {
  const { interval, coverage } = report;
  const lines = [
    `${report.model} on ${report.platform}`,
    `  ${ms(report.latencyMs)} ms   ${percent(interval.level, 0)} interval ${ms(interval.lowMs)} – ${ms(interval.highMs)} ms   kernels covered ${percent(coverage.kernels)} (${percent(coverage.flops)} of the FLOPs)`,
  ];
  for (const line of report.assumed) lines.push(`  ${line}`);
  for (const { node, operator, reason } of report.unpredicted.slice(0, 10))
    lines.push(`  ! ${node} (${operator}): ${reason}`);
  if (report.unpredicted.length > 10) lines.push(`  ! and ${report.unpredicted.length - 10} more (see --json)`);
  const sorted = [...report.kernels].sort((a, b) => b.latencyMs - a.latencyMs);
  const shown = everyKernel ? report.kernels : sorted.slice(0, shownKernels);
  const total = report.kernels.reduce((sum, kernel) => sum + kernel.latencyMs, 0);
  const rows = shown.map((kernel) => [
    kernel.name,
    kernel.type,
    configText(kernel.config),
    ms(kernel.latencyMs),
    percent(kernel.latencyMs / total),
  ]);
  lines.push("", renderTable(["kernel", "type", "config", "ms", "share"], rows));
  if (shown.length < report.kernels.length)
    lines.push(`  … ${report.kernels.length} kernels in all (--kernels lists them)`);
  return lines.join("\n");
}

export function configText(config: Readonly<Record<string, number | string>>): string {
  return Object.entries(config)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
