import { percent, renderTable } from "../render.js";
import type { RegisterCommand } from "./command.js";

export const platforms: RegisterCommand = (program, run) => {
  program
    .command("platforms")
    .description("what can be measured here, and which platforms have measurements or predictors")
    .action((_options, command) =>
      run(command, async (context) => {
        const { listPlatforms } = await import("../../jobs/platforms.js");
        context.result(await listPlatforms(context.home), (list) =>
          renderTable(
            ["platform", "can be measured", "measurements", "predictor"],
            list.map((p) => [
              p.platform,
              p.measurable ? "yes" : `no: ${p.missing}`,
              p.measurements,
              p.predictor ? "yes" : "–",
            ]),
          ),
        );
        return 0;
      }),
    );
  const pool = program.command("pool").description("the predictor pool");
  pool
    .command("list", { isDefault: true })
    .description("predictors with provenance and held-out error")
    .action((_options, command) =>
      run(command, async (context) => {
        const { openPool } = await import("../../pool/index.js");
        const { entries, problems } = openPool(context.home).list();
        for (const { file, reason } of problems) context.note(`! ${file}: ${reason}`);
        context.result(entries, (list) =>
          renderTable(
            ["platform", "kernel types", "samples", "within 10 % (mean)", "date", "method"],
            list.map((e) => [
              e.platform,
              e.kernels.length,
              e.provenance.samples,
              percent(e.kernels.reduce((total, kernel) => total + kernel.within10, 0) / e.kernels.length),
              e.provenance.date.slice(0, 10),
              e.provenance.method,
            ]),
          ),
        );
        return 0;
      }),
    );
};
