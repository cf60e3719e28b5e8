import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import type { SamplerScore, SamplersReport } from "../../experiments/samplers/report.js";
import { withProgress } from "../progress.js";
import { percent, renderTable } from "../render.js";
import { collect, defaultPlatform, numberOf, type RunCommand } from "./command.js";

export function evaluateSamplersCommand(parent: Command, run: RunCommand): void {
  parent
    .command("samplers")
    .description(
      "predictors trained on kernels of each sampler, at the same number of measurements, on real networks' kernels",
    )
    .argument("[model...]", "model files whose kernels are tested on, beside example models and sampled architectures")
    .option("--platform <id>", "platform id (repeatable)", collect)
    .option("--count <n>", "measurements that each predictor is trained on", "300")
    .option("--test <n>", "test kernels of each type, at most", "200")
    .option("--seeds <n>", "seeds", "3")
    .option("--kernel <type>", "kernel type (repeatable; default convolutions and depthwise convolutions)", collect)
    .option("--sampler <name>", "sampler (repeatable; default all)", collect)
    .option("--recipe <name>", "default or published (repeatable; default: default)", collect)
    .option("--protocol <name>", "quick, standard or careful", "quick")
    .option("--minutes <n>", "longest time to measure the samplers' kernels of a platform")
    .option("--until <stage>", "drawn or measured: stop there; the same command without it goes on")
    .option("--markdown <file>", "also write the tables into a file")
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const { evaluateSamplers } = await import("../../experiments/samplers/run.js");
        const { samplersPage } = await import("../../experiments/samplers/page.js");
        const report = await withProgress((watch) =>
          evaluateSamplers({
            home: context.home,
            platforms: options.platform ?? [defaultPlatform],
            count: numberOf(options, "count"),
            test: numberOf(options, "test"),
            seeds: numberOf(options, "seeds"),
            types: options.kernel,
            samplers: options.sampler,
            recipes: options.recipe,
            models,
            protocol: options.protocol,
            minutes: options.minutes && numberOf(options, "minutes"),
            until: options.until,
            signal: context.signal,
            ...watch,
            onNote: (line) => context.note(line),
          }),
        );
        if (options.markdown) saveWhole(options.markdown, samplersPage(report));
        context.result(report, describe);
        return 0;
      }),
    );
}

const head = ["platform", "kernel", "sampler", "recipe", "trained on", "±5 %", "±10 %", "±10 % of time", "MAPE"];

const scores = ({ within5, within10, weightedWithin10, mape }: SamplerScore) => [
  percent(within5),
  percent(within10),
  percent(weightedWithin10),
  percent(mape),
];

const describe = ({ cells, ceilings }: SamplersReport) =>
  renderTable(head, [
    ...cells.map((c) => [c.platform, c.type, c.sampler, c.recipe, c.trainedOn, ...scores(c.score)]),
    ...ceilings.map((c) => [c.platform, c.type, "measured again", "", "", ...scores(c.score)]),
  ]);
