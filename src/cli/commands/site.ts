import { existingFiles } from "../model-files.js";
import { collect, type RegisterCommand } from "./command.js";

export const site: RegisterCommand = (program, run) => {
  program
    .command("site")
    .description("the page of litepred serve as files for any web server; models stay on the visitor's machine")
    .argument("[model...]", "model files that the page offers")
    .requiredOption("--out <dir>", "folder to write into")
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const { writeSite } = await import("../../server/index.js");
        const offers = { home: context.home, pools: options.pool ?? [], models: existingFiles(models) };
        context.result(
          await writeSite(offers, options.out),
          ({ folder, files, bytes, platforms }) =>
            `${folder}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB, ${platforms} platforms`,
        );
        return 0;
      }),
    );
};
