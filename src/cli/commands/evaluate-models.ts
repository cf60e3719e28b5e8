import type { Command } from "commander";
import type { EvaluatedModel, ModelsReport } from "../../experiments/models/report.js";
import { withProgress } from "../progress.js";
import { ms, percent, renderTable, signedPercent } from "../render.js";
import { defaultPlatform, modelOptions, type RunCommand } from "./command.js";

export function evaluateModelsCommand(parent: Command, run: RunCommand): void {
  const command = parent
    .command("models")
    .description("predicted beside measured latency of model files, with the noise ceiling")
    .argument("<model...>", "model files; they take no part in training")
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--protocol <name>", "of each of the two looks: brief, quick, standard or careful", "standard");
  modelOptions(command).action((models: string[], options, source) =>
    run(source, async (context) => {
      const { evaluateModels } = await import("../../experiments/models/run.js");
      const report = await withProgress((watch) =>
        evaluateModels({
          home: context.home,
          models,
          platform: options.platform,
          protocol: options.protocol,
          inputs: options.input ?? [],
          signature: options.signature,
          signal: context.signal,
          ...watch,
        }),
      );
      context.result(report, describe);
      return report.failed.some(({ unread }) => unread) ? 2 : report.failed.length > 0 ? 1 : 0;
    }),
  );
}

const head = ["model", "predicted ms", "90 % interval", "measured ms", "again", "error", "sum of kernels", "covered"];

const cells = (m: EvaluatedModel) => [
  m.model,
  ms(m.predictedMs),
  `${ms(m.lowMs)} – ${ms(m.highMs)}`,
  ms(m.measuredMs),
  ms(m.secondMs),
  signedPercent(m.error),
  signedPercent(m.sumMs / m.measuredMs - 1),
  percent(m.coverage, 0),
];

function describe(r: ModelsReport): string {
  const { noiseCeiling: noise } = r;
  return [
    `${r.platform}, ${r.date}`,
    renderTable(head, r.models.map(cells)),
    ...r.failed.map((f) => `! ${f.model}: ${f.reason}`),
    `within ±5 %: ${percent(r.within5)}, within ±10 %: ${percent(r.within10)}, MAPE ${percent(r.mape)}, RMSE ${ms(r.rmseMs)} ms over ${r.n} models; interval coverage ${percent(r.intervalCoverage)}`,
    `noise ceiling (second measurement against the first): ±5 % ${percent(noise.within5)}, ±10 % ${percent(noise.within10)}, median difference ${percent(noise.medianDifference)}`,
    `plain sum of kernels: ±5 % ${percent(r.sum.within5)}, ±10 % ${percent(r.sum.within10)}`,
  ].join("\n");
}
