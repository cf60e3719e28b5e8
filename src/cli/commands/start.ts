import { createProgress } from "../progress.js";
import { ms, percent, renderTable, signedPercent } from "../render.js";
import type { RegisterCommand } from "./command.js";

export const start: RegisterCommand = (program, run) => {
  program
    .command("start")
    .description("the main job, end to end, on this machine: profile, train, predict example models, measure them")
    .option("--count <n>", "kernels chosen by the sampler", "200")
    .option("--profiled-models <n>", "sampled models whose kernels are timed where they run", "28")
    .action((options, command) =>
      run(command, async (context) => {
        const { startHere } = await import("../../jobs/start.js");
        let progress: ReturnType<typeof createProgress> | undefined;
        const report = await startHere({
          home: context.home,
          count: Number(options.count),
          profiledModels: Number(options.profiledModels),
          signal: context.signal,
          onStage(label, total) {
            progress?.stop();
            progress = createProgress(label, total);
          },
          onProgress: (done, note) => progress?.update(done, note),
        });
        progress?.stop();
        context.result(report, (r) => {
          const rows = r.models.map((m) => [
            m.model,
            ms(m.latencyMs),
            `${ms(m.interval.lowMs)} – ${ms(m.interval.highMs)}`,
            ms(m.measuredMs),
            signedPercent(m.error),
          ]);
          return [
            `${r.platform}, ${r.kernelsMeasured} kernels and ${r.modelsMeasured} models measured, ${r.seconds.toFixed(0)} s`,
            renderTable(["model", "predicted ms", "90 % interval", "measured ms", "error"], rows),
            `within ±5 %: ${percent(r.within5, 0)}, within ±10 %: ${percent(r.within10, 0)} of ${r.models.length} models that no step has seen`,
            `a second measurement of the same models agrees with the first within ±${percent(r.noise)} (median)`,
          ].join("\n");
        });
        return 0;
      }),
    );
};
