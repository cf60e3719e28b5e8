import type { RegisterCommand } from "./command.js";

/** Rejected rows listed for people; --json has them all. */
const shownRejections = 10;

export const importCommand: RegisterCommand = (program, run) => {
  program
    .command("import")
    .description("measured tables (one CSV file per kernel type) into the workspace")
    .argument("<dir>", "folder of <kernel-type>.csv files, and kernels.json for user-defined types")
    .requiredOption("--platform <id>", "platform that they were measured on")
    .action((folder: string, options, command) =>
      run(command, async (context) => {
        const { importTables } = await import("../../jobs/import.js");
        const report = await importTables({ folder, platform: options.platform, home: context.home });
        context.result(report, ({ rows, kernels, rejected }) =>
          [
            `${rows} rows: ${Object.entries(kernels)
              .map(([type, n]) => `${type} ${n}`)
              .join(", ")}`,
            ...rejected.slice(0, shownRejections).map(({ file, line, reason }) => `! ${file}:${line}: ${reason}`),
            ...(rejected.length > shownRejections ? [`! ${rejected.length} rejected rows in all (see --json)`] : []),
          ].join("\n"),
        );
        return 0;
      }),
    );
};
