/** The command line: parse, call, render. Commands load what they need when they run, so that a cold start stays short. */
import { Command, CommanderError } from "commander";
import { fileFault, LitepredError, packageVersion } from "../base/index.js";
import { commands } from "./commands/index.js";
import { createContext } from "./context.js";
import { watchOutput } from "./output.js";

const stopSignals = ["SIGINT", "SIGTERM"] as const;
/** Less than what schedulers give (10 s of `docker stop`); more than a run of most models. Choice. */
const graceMs = 7000;

/** Exit codes: 0 done; 1 failed; 2 wrong usage or unreadable input; 3 a stated goal or budget was not met. */
export async function main(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const onInterrupt = () => {
    if (abort.signal.aborted) process.exit(1);
    process.stderr.write("\nstopping; what was measured is kept (Ctrl-C again to stop at once)\n");
    abort.abort();
    // What does not listen, or waits for an engine that hangs, is ended: nothing that was reported as done is lost by it.
    setTimeout(() => process.exit(1), graceMs).unref();
  };
  for (const signal of stopSignals) process.on(signal, onInterrupt);
  watchOutput();
  let exitCode = 0;
  const program = new Command("litepred")
    .description("How long does this model take on that platform? Predicts the latency of deep networks.")
    .version(packageVersion(), "-V, --version", "print the version")
    .option("--home <dir>", "workspace (default .litepred, or LITEPRED_HOME)")
    .option("--json", "print exactly one JSON document on stdout")
    .exitOverride()
    .showHelpAfterError("(see litepred --help)");
  for (const command of commands)
    command(program, async (source, run) => {
      exitCode = (await run(createContext(source, abort.signal))) ?? 0;
    });
  // Options of the program may stand behind a subcommand too.
  for (const sub of allCommands(program))
    sub.exitOverride().option("--home <dir>", "workspace").option("--json", "one JSON document on stdout");
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    return reportError(error);
  } finally {
    for (const signal of stopSignals) process.off(signal, onInterrupt);
  }
}

function allCommands(program: Command): Command[] {
  return program.commands.flatMap((command) => [command, ...allCommands(command)]);
}

function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const fault = error instanceof LitepredError ? error : fileFault(error);
  if (fault !== undefined) {
    process.stderr.write(`litepred: ${fault.message}\n${fault.hint ? `  ${fault.hint}\n` : ""}`);
    return fault.code === "interrupted" || fault.code === "engine-unavailable" ? 1 : 2;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`litepred: ${text}\n`);
  return 1;
}
