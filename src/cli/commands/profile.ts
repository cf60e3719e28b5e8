import { withProgress } from "../progress.js";
import { defaultPlatform, numberOf, type RegisterCommand } from "./command.js";

export const profile: RegisterCommand = (program, run) => {
  program
    .command("profile")
    .description("measures kernels on a platform into the workspace; goes on where it stopped")
    .option("--platform <id>", "platform id", defaultPlatform)
    .option("--kernel <type...>", "kernel types (default: all that the search spaces need)")
    .option("--count <n>", "kernels measured alone, chosen by the sampler, over all kernel types", "1000")
    .option(
      "--profiled-models <n>",
      "sampled models whose kernels are timed where they run (engines with a profiler)",
      "150",
    )
    .option("--models <n>", "whole models for the model-level correction", "24")
    .option("--minutes <n>", "of measuring kernels inside networks, and those alone that they lack")
    .option("--sampler <name>", "coverage, prior, vae, adaptive or random", "coverage")
    .option("--protocol <name>", "quick, standard or careful", "quick")
    .option("--seed <n>", "seed of the sampler", "1")
    .action((options, command) =>
      run(command, async (context) => {
        const { profilePlatform } = await import("../../jobs/profile.js");
        const result = await withProgress((watch) =>
          profilePlatform({
            home: context.home,
            platform: options.platform,
            types: options.kernel,
            count: numberOf(options, "count"),
            models: numberOf(options, "models"),
            profiledModels: numberOf(options, "profiledModels"),
            minutes: options.minutes === undefined ? undefined : numberOf(options, "minutes"),
            sampler: options.sampler,
            protocol: options.protocol,
            seed: numberOf(options, "seed"),
            signal: context.signal,
            ...watch,
          }),
        );
        context.result(
          result,
          (r) => `measured ${r.measured}, failed ${r.failed}, already there ${r.skipped} (${r.platform})`,
        );
        return 0;
      }),
    );
};
