/** Installs an engine's npm packages into a folder of their own. */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { check, type Progress, runCommand } from "./command.js";

/** Exactly these packages, with no install scripts: engines that download at install time (CUDA) do not need it for the CPU. */
export async function installPackages(
  folder: string,
  name: string,
  packages: readonly string[],
  { onProgress, signal }: Progress,
): Promise<void> {
  onProgress?.(`installing ${packages.length} packages`);
  await mkdir(folder, { recursive: true });
  const dependencies = Object.fromEntries(packages.map(splitPin));
  const manifest = { name: "litepred-engine", private: true, dependencies };
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const [command, ...first] = npmCommand();
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--prefix", folder];
  const done = await runCommand(command, [...first, ...args], { onLine: onProgress, signal });
  check(done, name, "npm could not install the packages");
}

/** `@scope/name@1.2.3` → name and version. */
export function splitPin(pin: string): [name: string, version: string] {
  const at = pin.lastIndexOf("@");
  return [pin.slice(0, at), pin.slice(at + 1)];
}

/** What is missing; undefined where nothing is. */
export async function missingNpm(): Promise<string | undefined> {
  const [command, ...first] = npmCommand();
  return (await runCommand(command, [...first, "--version"])).code === 0 ? undefined : "npm";
}

/** Without a shell: Windows has npm as a script only, so it is run by this Node. */
function npmCommand(): [string, ...string[]] {
  const script = join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js");
  return process.platform === "win32" && existsSync(script) ? [process.execPath, script] : ["npm"];
}
