/**
 * Finds a Python of a wanted version without shell: on PATH, among pyenv's, or uv's own. Old engines need old Pythons,
 * which few systems have as their default.
 */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

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
      ...(signal ? { signal } : {}),
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

export async function findUv(): Promise<string | undefined> {
  return (await runCommand("uv", ["--version"])).code === 0 ? "uv" : undefined;
}

/** Path of an interpreter of one of the versions (`3.9`), in their order of preference; undefined where there is none. */
export async function findPython(versions: readonly string[]): Promise<string | undefined> {
  const others = await pyenvPythons();
  for (const version of versions) {
    const names = process.platform === "win32" ? ["python"] : [`python${version}`, "python3"];
    for (const candidate of [...names, ...others.filter((path) => path.includes(`${version}.`))]) {
      const path = await interpreter(candidate, version);
      if (path !== undefined) return path;
    }
  }
  return undefined;
}

/** A candidate's own idea of where it is; undefined unless it runs and is of that version. Shims of version managers fail here. */
async function interpreter(candidate: string, version: string): Promise<string | undefined> {
  const script = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)";
  const { code, stdout } = await runCommand(candidate, ["-E", "-s", "-c", script]);
  const [found, path] = stdout.trim().split(/\r?\n/);
  return code === 0 && found === version ? path : undefined;
}

async function pyenvPythons(): Promise<string[]> {
  const folder = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => join(folder, name, "bin", "python"));
}
