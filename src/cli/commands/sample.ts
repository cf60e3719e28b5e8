import { collect, type RegisterCommand } from "./command.js";

export const sample: RegisterCommand = (program, run) => {
  program
    .command("sample")
    .description("kernel configs worth measuring, as CSV")
    .requiredOption("--kernel <type>", "kernel type")
    .option("--sampler <name>", "vae, adaptive, prior or random", "prior")
    .option("--count <n>", "distinct configs", "1000")
    .option("--seed <n>", "seed", "1")
    .option("--space <name>", "search space the configs come from (repeatable; default all)", collect)
    .option("--engine <name>", "whose fusion rules decide what a kernel is", "onnxruntime-node")
    .action((options, command) =>
      run(command, async (context) => {
        const { sampleConfigs } = await import("../../jobs/sample.js");
        const { configs, report } = await sampleConfigs({
          kernel: options.kernel,
          sampler: options.sampler,
          count: Number(options.count),
          seed: Number(options.seed),
          ...(options.space ? { spaces: options.space } : {}),
          engine: options.engine,
          signal: context.signal,
        });
        const { drawn, duplicates, projected, shortfall } = report;
        context.note(
          `${configs.length} configs from ${drawn} draws: ${duplicates} duplicates, ${projected} moved onto valid configs`,
        );
        if (shortfall !== undefined) context.note(`! ${shortfall}`);
        context.result(configs, (rows) =>
          [Object.keys(rows[0] ?? {}).join(","), ...rows.map((row) => Object.values(row).join(","))].join("\n"),
        );
        return 0;
      }),
    );
};
