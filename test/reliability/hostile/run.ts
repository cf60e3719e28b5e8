/** Runs the command line on hostile files, in a workspace of their own, and says what it should not have done. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packagePath } from "../../../src/base/index.js";
import type { HostileCase } from "./cases.js";

export interface HostileLimits {
  /** Of a command. */
  readonly timeoutMs: number;
  readonly peakMb: number;
}

export interface HostileReport {
  commands: number;
  refused: number;
  taken: number;
  peakMb: number;
  peakOf: string;
  slowestMs: number;
  slowestOf: string;
  readonly faults: string[];
}

export const emptyReport = (): HostileReport => ({
  ...{ commands: 0, refused: 0, taken: 0, peakMb: 0, peakOf: "", slowestMs: 0, slowestOf: "" },
  faults: [],
});

/** Folders that a command runs in: deep, so that what leads out of the workspace by some levels is seen. */
const below = (root: string) => {
  const at = join(root, "a", "b", "c");
  return { root, at, home: join(at, "home"), work: join(at, "work"), tmp: join(at, "tmp"), user: join(at, "user") };
};

/** Every command of a case in one fresh workspace; adds to `report`. */
export async function runCase(
  { name, commands }: HostileCase,
  root: string,
  limits: HostileLimits,
  report: HostileReport,
) {
  const places = below(join(root, "run"));
  rmSync(places.root, { recursive: true, force: true });
  for (const folder of [places.work, places.tmp, places.user]) mkdirSync(folder, { recursive: true });
  for (const args of commands) {
    const what = `${name}: ${args.map((arg) => arg.slice(0, 60)).join(" ")}`;
    const before = listing(root, places.home);
    await runOne(what, args, places, limits, report);
    // What a command is told to write lies in the folder where it runs.
    for (const file of listing(root, places.home))
      if (!before.has(file) && !file.startsWith(`${places.work}/`)) report.faults.push(`${what}: wrote ${file}`);
  }
  rmSync(places.root, { recursive: true, force: true });
}

type Places = ReturnType<typeof below>;

async function runOne(
  what: string,
  args: readonly string[],
  { root, home, work, tmp, user }: Places,
  limits: HostileLimits,
  report: HostileReport,
) {
  const peakFile = join(root, "..", "peak");
  writeFileSync(peakFile, "");
  const env = {
    ...process.env,
    ...{ TMPDIR: tmp, HOME: user, PEAK_FILE: peakFile },
    NODE_OPTIONS: `--import ${new URL("./peak.js", import.meta.url).href}`,
  };
  const began = performance.now();
  const command = [packagePath("bin", "litepred.js"), ...args, "--home", home];
  const { code, said } = await ran(command, { cwd: work, env }, limits.timeoutMs);
  const ms = performance.now() - began;
  const peakMb = Math.max(0, ...readFileSync(peakFile, "utf8").split("\n").map(Number)) / 1024;
  report.commands++;
  if (code === 2) report.refused++;
  else report.taken++;
  if (ms > report.slowestMs) Object.assign(report, { slowestMs: Math.round(ms), slowestOf: what });
  if (peakMb > report.peakMb) Object.assign(report, { peakMb: Math.round(peakMb), peakOf: what });
  const fault = faultOf(args[0]!, code, said);
  if (fault !== undefined) report.faults.push(`${what}: ${fault}`);
  if (peakMb > limits.peakMb) report.faults.push(`${what}: ${Math.round(peakMb)} MB`);
}

function faultOf(verb: string, code: number | string, { out, err }: Said): string | undefined {
  if (typeof code === "string") return `${code} ${err.slice(-300)}`;
  if (/\n\s+at |internal:/.test(err)) return err.slice(0, 700);
  if (code === 2 && !/litepred: \S/.test(err)) return `nothing is said: ${err.slice(-300)}`;
  // 3: a gate or a budget is missed.
  if (![0, 1, 2, 3].includes(code)) return `exit code ${code}: ${err.slice(-300)}`;
  if (code !== 2 && verb !== "import" && /\bNaN\b|Infinity|"latencyMs": ?null/.test(out))
    return `a number that is none: ${/.{0,60}(NaN|Infinity|"latencyMs": ?null).{0,40}/.exec(out)?.[0]}`;
  return undefined;
}

interface Said {
  out: string;
  err: string;
}

function ran(args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }, timeoutMs: number) {
  const said: Said = { out: "", err: "" };
  return new Promise<{ code: number | string; said: Said }>((resolve) => {
    const child = spawn(process.execPath, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    // A megabyte tells enough.
    child.stdout.on("data", (text) => {
      if (said.out.length < 1e6) said.out += text;
    });
    child.stderr.on("data", (text) => {
      if (said.err.length < 1e6) said.err += text;
    });
    child.on("error", (error) => resolve({ code: error.message, said }));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? `ended by ${signal} after ${timeoutMs} ms at most`, said });
    });
  });
}

/** Files below `root` but for the workspace, each with its size and time. */
function listing(root: string, home: string): Set<string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return new Set(
    paths
      .filter((path) => !path.startsWith(`${home}/`) && !path.endsWith("/peak"))
      .map((path) => {
        const found = statSync(path, { throwIfNoEntry: false });
        return `${path} ${found?.size} ${found?.mtimeMs}`;
      }),
  );
}
