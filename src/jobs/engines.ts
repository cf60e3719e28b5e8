/**
 * Engines that run in environments of their own: which are installed in the workspace, and how one is. An environment
 * lies in `<home>/engines/<name>@<version>/`; it is complete when its installed.json is there, written last.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LitepredError, packagePath } from "../base/index.js";
import {
  agentEngineNames,
  type EngineRecipe,
  type EngineVersion,
  engineFolder,
  enginePython,
  type InstalledEngine,
  installed,
  installedFile,
  readRecipe,
  recipeVersion,
} from "../profiling/index.js";
import { attachedEngines } from "./attached.js";
import { type CommandResult, findPython, findUv, runCommand } from "./engines-python.js";

export interface EngineRow {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly precisions: readonly string[];
  readonly processors: readonly string[];
  /** How a kernel is timed: by the engine's profiler inside a model, or alone. */
  readonly kernelTiming: "profiler" | "isolated";
  readonly installed: boolean;
  /** What installing it lacks on this machine, e.g. a Python version; absent where nothing does. */
  readonly missing?: string;
}

/** Every engine and version that has a recipe. Starts interpreters to see which Pythons there are, nothing else. */
export async function listEngines(home: string): Promise<EngineRow[]> {
  const missing = new Map<string, Promise<string | undefined>>();
  const lacking = (pythons: readonly string[]) => {
    const key = pythons.join(" ");
    if (!missing.has(key)) missing.set(key, missingPython(pythons));
    return missing.get(key)!;
  };
  const rows: EngineRow[] = [];
  for (const name of agentEngineNames) {
    const recipe = readRecipe(name);
    for (const version of recipe.versions) rows.push(await engineRow(recipe, version, home, lacking));
  }
  return [...rows, ...(await attachedEngines(home))];
}

async function engineRow(
  recipe: EngineRecipe,
  version: EngineVersion,
  home: string,
  lacking: (pythons: readonly string[]) => Promise<string | undefined>,
): Promise<EngineRow> {
  const isInstalled = installed(home, recipe.name, version.version) !== undefined;
  const missing = isInstalled ? undefined : await lacking(version.python);
  return {
    name: recipe.name,
    version: version.version,
    summary: recipe.summary,
    precisions: version.precisions ?? recipe.precisions,
    processors: recipe.processors,
    kernelTiming: recipe.kernelTiming,
    installed: isInstalled,
    ...(missing === undefined ? {} : { missing }),
  };
}

async function missingPython(pythons: readonly string[]): Promise<string | undefined> {
  if ((await findPython(pythons)) !== undefined) return undefined;
  const wanted = `Python ${pythons.join(" or ")}`;
  return (await findUv()) === undefined
    ? `${wanted}; or uv, which can fetch it`
    : `${wanted} (uv will try to fetch it)`;
}

export interface InstallOptions {
  readonly home: string;
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Installs `name` or `name@version` into the workspace; does nothing where it is there already. The user's own
 * environments are not touched: packages go into a new virtual environment, pinned, without resolving dependencies.
 * @throws LitepredError `unknown-name`; `engine-unavailable` saying what is missing.
 */
export async function installEngine(engine: string, options: InstallOptions): Promise<InstalledEngine> {
  const [name = "", version] = engine.split("@");
  const recipe = readRecipe(name);
  const wanted = recipeVersion(recipe, version);
  const present = installed(options.home, name, wanted.version);
  if (present) return present;
  const folder = engineFolder(options.home, name, wanted.version);
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  try {
    const uv = await findUv();
    const python = await makeEnvironment(recipe, wanted, folder, uv, options);
    await installPackages(wanted, folder, uv, options);
    await checkAgent(recipe, folder, options);
    const result = { name, version: wanted.version, python, packages: wanted.packages };
    await writeFile(join(folder, installedFile), `${JSON.stringify(result, null, 2)}\n`);
    return result;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A virtual environment of the first Python that the recipe likes; uv may fetch one. Returns the Python it was made of. */
async function makeEnvironment(
  recipe: EngineRecipe,
  { version, python }: EngineVersion,
  folder: string,
  uv: string | undefined,
  { onProgress, signal }: InstallOptions,
): Promise<string> {
  const found = await findPython(python);
  if (found === undefined && uv === undefined)
    throw new LitepredError(
      "engine-unavailable",
      `${recipe.name}@${version} needs Python ${python.join(" or ")}, and none was found`,
      "install that Python (system package or pyenv), or install uv, which can fetch it",
    );
  const source = found ?? python[0]!;
  onProgress?.(`making an environment of Python ${source}`);
  const made = uv
    ? await runCommand(uv, ["venv", "--no-project", "--python", source, folder], { onLine: onProgress, signal })
    : await runCommand(source, ["-E", "-s", "-m", "venv", folder], { onLine: onProgress, signal });
  check(made, recipe.name, `no environment of Python ${source} could be made`);
  return source;
}

async function installPackages(
  { packages }: EngineVersion,
  folder: string,
  uv: string | undefined,
  { onProgress, signal }: InstallOptions,
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

/** Starts the agent once: an environment that cannot load its engine counts as not installed. */
async function checkAgent(recipe: EngineRecipe, folder: string, { onProgress, signal }: InstallOptions): Promise<void> {
  onProgress?.("starting the engine once");
  const agent = packagePath("agents", "python", recipe.agent);
  const started = await runCommand(enginePython(folder), ["-E", "-s", "-B", agent], { signal });
  check(started, recipe.name, "the engine does not start");
}

function check(result: CommandResult, what: string, problem: string): void {
  if (result.code === 0) return;
  const said = result.stderr.trim().slice(-1500);
  throw new LitepredError("engine-unavailable", `${what}: ${problem}`, said === "" ? `exit code ${result.code}` : said);
}
