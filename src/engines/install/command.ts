/** Runs a program to its end, without shell, and says what came of it. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { LitepredError } from "../../base/index.js";

/** How whoever waits for an installation hears of it, and ends it. */
export interface Progress {
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** -1 where the command could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, without shell; `onLine` gets what it says on stderr while it runs. */
export function runCommand(
  command: string,
  args: readonly string[],
  {
    env = {},
    onLine,
    signal,
  }: { env?: Record<string, string>; onLine?: (line: string) => void; signal?: AbortSignal } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
      signal,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    createInterface({ input: child.stderr }).on("line", (line) => onLine?.(line));
    child.on("error", (error) => resolve({ code: -1, stdout, stderr: error.message }));
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

/** @throws LitepredError `engine-unavailable` with what the command said last, where it failed. */
export function check(result: CommandResult, what: string, problem: string): void {
  if (result.code === 0) return;
  const said = result.stderr.trim().slice(-1500);
  throw new LitepredError("engine-unavailable", `${what}: ${problem}`, said === "" ? `exit code ${result.code}` : said);
}
