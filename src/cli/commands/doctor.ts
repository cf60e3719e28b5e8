import type { RegisterCommand } from "./command.js";

export const doctor: RegisterCommand = (program, run) => {
  program
    .command("doctor")
    .description("what this machine can measure, how quiet it is, and what is missing")
    .action((_options, command) =>
      run(command, async (context) => {
        const { runDoctor } = await import("../../jobs/doctor.js");
        context.result(await runDoctor({ home: context.home }), (findings) =>
          findings.map((f) => `${f.level.padEnd(8)}${f.subject}: ${f.message}`).join("\n"),
        );
        return 0;
      }),
    );
};
