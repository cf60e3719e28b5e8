import { renderTable } from "../render.js";
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
};
