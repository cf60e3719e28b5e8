import { createInterface } from "node:readline";
import { LitepredError } from "../../base/index.js";
import type { ArchitectureDesk } from "../../jobs/architectures.js";
import { collect, defaultPlatform, numberOf, type RegisterCommand } from "./command.js";

export const architectures: RegisterCommand = (program, run) => {
  program
    .command("architectures")
    .description(
      "accuracy and latency of architectures: one JSON array of them a line on stdin, one of answers on stdout",
    )
    .option("--space <name|file>", "search space, or a module with one of your own", "ofa-mobilenetv3")
    .option("--platform <id>", "platform id (repeatable)", collect)
    .option("--accuracy <name|path|url>", "accuracy predictor")
    .option("--level <share>", "level of the intervals", "0.9")
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .action((options, command) =>
      run(command, async (context) => {
        const { openArchitectures } = await import("../../jobs/architectures.js");
        const desk = await openArchitectures({
          home: context.home,
          space: options.space,
          platforms: options.platform ?? [defaultPlatform],
          accuracy: options.accuracy,
          pools: options.pool ?? [],
          level: numberOf(options, "level"),
          accuracyIsOptional: true,
        });
        for await (const line of createInterface({ input: process.stdin, signal: context.signal }))
          if (line.trim() !== "") process.stdout.write(`${JSON.stringify(await answer(desk, line))}\n`);
        await desk.close();
        return 0;
      }),
    );
};

/** A line that is refused does not end the others. */
async function answer(desk: ArchitectureDesk, line: string): Promise<unknown> {
  try {
    const asked: unknown = JSON.parse(line);
    return await desk.ask(Array.isArray(asked) ? asked : [asked]);
  } catch (error) {
    if (error instanceof LitepredError || error instanceof SyntaxError) return { error: error.message };
    throw error;
  }
}
