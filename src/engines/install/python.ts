/**
 * Installs an engine's Python environment, and finds a Python of the version it wants, without shell: on PATH, among
 * pyenv's, or uv's own. Old engines need old Pythons, which few systems have as their default.
 */
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { LitepredError } from "../../base/index.js";
import { enginePython, type PythonVersion } from "../recipes.js";
import { check, type Progress, runCommand } from "./command.js";

/** A virtual environment in `folder` with the version's packages, pinned, without resolving dependencies. Returns the Python it was made of. */
export async function installEnvironment(
  folder: string,
  name: string,
  version: PythonVersion,
  progress: Progress,
): Promise<string> {
  const uv = await findUv();
  const python = await makeEnvironment(name, version, folder, uv, progress);
  await installPackages(version, folder, uv, progress);
  return python;
}

/** A virtual environment of the first Python that the recipe likes; uv may fetch one. Returns the Python it was made of. */
async function makeEnvironment(
  name: string,
  { version, python }: PythonVersion,
  folder: string,
  uv: string | undefined,
  { onProgress, signal }: Progress,
): Promise<string> {
  const found = await findPython(python);
  if (found === undefined && uv === undefined)
    throw new LitepredError(
      "engine-unavailable",
      `${name}@${version} needs Python ${python.join(" or ")}, and none was found`,
      "install that Python (system package or pyenv), or install uv, which can fetch it",
    );
  const source = found ?? python[0]!;
  onProgress?.(`making an environment of Python ${source}`);
  const made = uv
    ? await runCommand(uv, ["venv", "--no-project", "--python", source, folder], { onLine: onProgress, signal })
    : await runCommand(source, ["-E", "-s", "-m", "venv", folder], { onLine: onProgress, signal });
  check(made, name, `no environment of Python ${source} could be made`);
  return source;
}

async function installPackages(
  { packages }: PythonVersion,
  folder: string,
  uv: string | undefined,
  { onProgress, signal }: Progress,
): Promise<void> {
  onProgress?.(`installing ${packages.length} packages`);
  const python = enginePython(folder);
  const done = uv
    ? await runCommand(uv, ["pip", "install", "--python", python, "--no-deps", ...packages], {
        onLine: onProgress,
        signal,
      })
    : await runCommand(python, ["-E", "-s", "-m", "pip", "install", "--no-deps", "--no-input", ...packages], {
        onLine: onProgress,
        signal,
      });
  check(done, folder, "the packages could not be installed");
}

/** What is missing for an environment of one of these Pythons; undefined where nothing is. */
export async function missingPython(pythons: readonly string[]): Promise<string | undefined> {
  if ((await findPython(pythons)) !== undefined) return undefined;
  const wanted = `Python ${pythons.join(" or ")}`;
  return (await findUv()) === undefined
    ? `${wanted}; or uv, which can fetch it`
    : `${wanted} (uv will try to fetch it)`;
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
