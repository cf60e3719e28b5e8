/** Recipes of the engines that run as Python agents (data/engines/*.json): what they can do and how each version is installed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { LitepredError, packagePath } from "../../base/index.js";
import { precisions, processors } from "../../platforms/index.js";

const versionSchema = z.object({
  version: z.string(),
  /** Python versions its wheels are for, the preferred first, e.g. `3.9`. */
  python: z.array(z.string().regex(/^3\.\d+$/)).min(1),
  /** Every package with its exact version, dependencies included: installed without resolving. */
  packages: z.array(z.string().regex(/^[A-Za-z0-9._-]+==[A-Za-z0-9.]+$/)).min(1),
  /** Where this version has fewer than the engine. */
  precisions: z.array(z.enum(precisions)).optional(),
});

const recipeSchema = z.object({
  name: z.string(),
  summary: z.string(),
  /** File in agents/python. */
  agent: z.string(),
  format: z.enum(["onnx", "tflite", "ncnn"]),
  processors: z.array(z.enum(processors)),
  precisions: z.array(z.enum(precisions)),
  kernelTiming: z.enum(["profiler", "isolated"]),
  options: z.array(
    z.object({
      name: z.string(),
      summary: z.string(),
      default: z.string(),
      choices: z.array(z.string()).optional(),
      /** Environment variable that carries the value to the engine, where it has to be set before it starts. */
      environment: z.string().optional(),
    }),
  ),
  /** Where the engine is known to compute something else than the model says, by the conformance test's case. */
  deviations: z.record(z.string(), z.string()).optional(),
  /** Newest first: the first one installed is what the bare name means. */
  versions: z.array(versionSchema).min(1),
});

export type EngineRecipe = z.infer<typeof recipeSchema>;
export type EngineVersion = z.infer<typeof versionSchema>;

/** What an installation leaves in its folder when it is complete. */
export const installedSchema = z.object({
  name: z.string(),
  version: z.string(),
  python: z.string(),
  packages: z.array(z.string()),
});
export type InstalledEngine = z.infer<typeof installedSchema>;

const recipeFolder = () => packagePath("data", "engines");

/** Names of the engines that have a recipe. */
export const agentEngineNames: readonly string[] = readdirSync(recipeFolder())
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length))
  .sort();

/** @throws LitepredError `unknown-name`. */
export function readRecipe(name: string): EngineRecipe {
  if (!agentEngineNames.includes(name))
    throw new LitepredError("unknown-name", `there is no recipe for an engine "${name}"`, agentEngineNames.join(", "));
  return recipeSchema.parse(JSON.parse(readFileSync(join(recipeFolder(), `${name}.json`), "utf8")));
}

/** The recipe's version, or its newest. @throws LitepredError `unknown-name`. */
export function recipeVersion(recipe: EngineRecipe, version = recipe.versions[0]!.version): EngineVersion {
  const found = recipe.versions.find((candidate) => candidate.version === version);
  if (found) return found;
  const known = recipe.versions.map((candidate) => candidate.version).join(", ");
  throw new LitepredError("unknown-name", `there is no recipe for ${recipe.name}@${version}`, `versions: ${known}`);
}

/** Folder of an engine's isolated environment in the workspace. */
export const engineFolder = (home: string, name: string, version: string) =>
  resolve(home, "engines", `${name}@${version}`);

/** The Python of an engine's environment. */
export const enginePython = (folder: string) =>
  process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");

/** The versions of an engine that are completely installed in the workspace, newest first. */
export function installedVersions(recipe: EngineRecipe, home: string): EngineVersion[] {
  return recipe.versions.filter(({ version }) => installed(home, recipe.name, version) !== undefined);
}

/** What is installed, or undefined where it is missing or was left half done. */
export function installed(home: string, name: string, version: string): InstalledEngine | undefined {
  const folder = engineFolder(home, name, version);
  const file = join(folder, installedFile);
  if (!existsSync(file) || !existsSync(enginePython(folder))) return undefined;
  return installedSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

export const installedFile = "installed.json";
