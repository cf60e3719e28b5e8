/**
 * Engines that are installed on demand: which are there in the workspace, and how one gets there. Each version
 * lies in `<home>/engines/<name>@<version>/`; it is complete when its installed.json is there, written last.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LitepredError } from "../../base/index.js";
import { activation, createGraphBuilder } from "../../graph/index.js";
import { attachedEngines } from "../android/attached.js";
import { findChromium } from "../browser.js";
import { EngineFailure } from "../contract.js";
import { encoderOf } from "../encoder.js";
import type { EngineRow } from "../engine-row.js";
import {
  agentEngineNames,
  type EngineRecipe,
  type EngineVersion,
  engineFolder,
  type InstalledEngine,
  installed,
  installedFile,
  type NpmRecipe,
  readRecipe,
  recipeVersion,
} from "../recipes.js";
import { bundledEngine, installedEngineVersion, loadEngine } from "../registry.js";
import type { Progress } from "./command.js";
import { installPackages, missingNpm } from "./npm.js";
import { installEnvironment, missingPython } from "./python.js";

/** Every engine and version that has a recipe, and the one that litepred brings. Starts interpreters to see which there are, nothing else. */
export async function listEngines(home: string): Promise<EngineRow[]> {
  const known = new Map<string, Promise<string | undefined>>();
  const missing = (recipe: EngineRecipe, version: EngineVersion) => {
    const lacking = "python" in version ? version.python : recipe.kind === "npm" ? recipe.hosts : [];
    const key = lacking.join(" ");
    if (!known.has(key)) known.set(key, recipe.kind === "npm" ? missingForNpm(recipe) : missingPython(lacking));
    return known.get(key)!;
  };
  const rows: EngineRow[] = [];
  for (const name of agentEngineNames) {
    const recipe = readRecipe(name);
    const bundled = name === bundledEngine ? await installedEngineVersion(name, { home }) : undefined;
    if (bundled !== undefined) rows.push(rowOf(recipe, { version: bundled }, true));
    for (const version of recipe.versions) {
      const isInstalled = installed(home, name, version.version) !== undefined;
      rows.push(rowOf(recipe, version, isInstalled, isInstalled ? undefined : await missing(recipe, version)));
    }
  }
  return [...rows, ...(await attachedEngines(home))];
}

function rowOf(
  recipe: EngineRecipe,
  { version, precisions = recipe.precisions }: Pick<EngineVersion, "version" | "precisions">,
  isInstalled: boolean,
  missing?: string,
): EngineRow {
  return {
    name: recipe.name,
    version,
    summary: recipe.summary,
    precisions,
    processors: recipe.processors,
    kernelTiming: recipe.kernelTiming,
    installed: isInstalled,
    missing,
  };
}

async function missingForNpm(recipe: NpmRecipe): Promise<string | undefined> {
  const npm = await missingNpm();
  if (npm !== undefined) return npm;
  if (!recipe.hosts.includes("chromium")) return undefined;
  try {
    findChromium();
    return undefined;
  } catch {
    return recipe.hosts.includes("node") ? "Chromium, for host=chromium" : "Chromium";
  }
}

export interface InstallOptions extends Progress {
  readonly home: string;
}

/**
 * Installs `name` or `name@version` into the workspace; does nothing where it is there already. The user's own
 * environments are not touched: packages go into a folder of their own, pinned, without scripts.
 * @throws LitepredError `unknown-name`; `engine-unavailable` saying what is missing.
 */
export async function installEngine(engine: string, options: InstallOptions): Promise<InstalledEngine> {
  const [name = "", version] = engine.split("@");
  const recipe = readRecipe(name);
  const wanted = recipeVersion(recipe, version);
  const present = installed(options.home, name, wanted.version);
  if (present) return present;
  const folder = engineFolder(options.home, name, wanted.version);
  if (recipe.kind === "npm" && !recipe.hosts.includes("node")) findChromium();
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  try {
    const python = await installInto(folder, recipe, wanted, options);
    const result = { name, version: wanted.version, python, packages: wanted.packages };
    await writeFile(join(folder, installedFile), `${JSON.stringify(result, null, 2)}\n`);
    options.onProgress?.("starting the engine once");
    await tryEngine(name, wanted.version, options.home);
    return result;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Returns the Python that an environment was made of. */
async function installInto(
  folder: string,
  recipe: EngineRecipe,
  version: EngineVersion,
  options: InstallOptions,
): Promise<string | undefined> {
  if ("python" in version) return installEnvironment(folder, recipe.name, version, options);
  await installPackages(folder, recipe.name, version.packages, options);
  return undefined;
}

/** An environment that cannot run a model of one operator counts as not installed. */
async function tryEngine(name: string, version: string, home: string): Promise<void> {
  const engine = await loadEngine(name, { version, home });
  const { format } = await engine.describe();
  const b = createGraphBuilder("trial");
  const model = encoderOf(format, "fp32")(b.build([activation(b, b.input("x", [1, 16, 4, 4]), "relu")]));
  const running = await engine.start({ processor: "cpu", precision: "fp32", options: {} });
  try {
    await (await running.prepare(model)).release();
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    throw new LitepredError(
      "engine-unavailable",
      `${name}@${version} does not start: ${error.message}`,
      "litepred doctor",
    );
  } finally {
    await running.close();
  }
}
