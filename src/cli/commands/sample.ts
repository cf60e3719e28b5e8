import { collect, numberOf, type RegisterCommand } from "./command.js";

export const sample: RegisterCommand = (program, run) => {
  program
    .command("sample")
    .description("kernel configs worth measuring, as CSV")
    .requiredOption("--kernel <type>", "kernel type")
    .option("--sampler <name>", "vae, vae-ordinal, adaptive, prior, marginals, designed or random", "prior")
    .option("--count <n>", "distinct configs", "1000")
    .option("--seed <n>", "seed", "1")
    .option("--space <name>", "search space the configs come from (repeatable; default all)", collect)
    .option("--engine <name>", "whose fusion rules decide what a kernel is", "onnxruntime-node")
    .option("--plot <file>", "instead: a picture (svg or html) of the spaces' configs beside those of the samplers")
    .action((options, command) =>
      run(command, async (context) => {
        if (options.plot) {
          const { savePlot } = await import("../../experiments/plots/sample.js");
          const { kernel, plot, engine } = options;
          const sizes = { count: numberOf(options, "count"), seed: numberOf(options, "seed") };
          await savePlot(plot, { kernel, ...sizes, spaces: options.space, engine, signal: context.signal });
          context.result({ plot }, () => plot);
          return 0;
        }
        const { sampleConfigs } = await import("../../jobs/sample.js");
        const { configs, report } = await sampleConfigs({
          kernel: options.kernel,
          sampler: options.sampler,
          count: numberOf(options, "count"),
          seed: numberOf(options, "seed"),
          spaces: options.space,
          engine: options.engine,
          signal: context.signal,
        });
        const { drawn, duplicates, projected, moved = 0, shortfall } = report;
        context.note(
          `${configs.length} configs from ${drawn} draws: ${duplicates} duplicates, ${projected} moved onto valid configs`,
        );
        if (moved > 0) context.note(`! ${moved} draws moved to neighbouring sizes: those of the spaces are used up`);
        if (shortfall !== undefined) context.note(`! ${shortfall}`);
        context.result(configs, (rows) =>
          [Object.keys(rows[0] ?? {}).join(","), ...rows.map((row) => Object.values(row).join(","))].join("\n"),
        );
        return 0;
      }),
    );
};
