/**
 * Recipes of the engines that are installed on demand (data/engines/*.json): what they can do and how each version is
 * installed. Kind "python": driven by an agent of agents/python in a virtual environment. Kind "npm": packages that npm
 * installs into a folder; driven by an agent of agents/browser, or by code of our own where the recipe names none.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { LitepredError, packagePath, unknownName } from "../base/index.js";
import { precisions, processors } from "../platforms/index.js";

const commonVersion = {
  version: z.string(),
  /** Where this version has fewer than the engine. */
  precisions: z.array(z.enum(precisions)).optional(),
};

const pythonVersionSchema = z.object({
  ...commonVersion,
  /** Python versions its wheels are for, the preferred first, e.g. `3.9`. */
  python: z.array(z.string().regex(/^3\.\d+$/)).min(1),
  /** Every package with its exact version, dependencies included: installed without resolving. */
  packages: z.array(z.string().regex(/^[A-Za-z0-9._-]+==[A-Za-z0-9.]+$/)).min(1),
});

const npmVersionSchema = z.object({
  ...commonVersion,
  /** Every package with its exact version, dependencies included. */
  packages: z.array(z.string().regex(/^(@[a-z0-9-]+\/)?[a-z0-9.-]+@\d+\.\d+\.\d+$/)).min(1),
});

const common = {
  name: z.string(),
  summary: z.string(),
  format: z.enum(["onnx", "tflite", "ncnn"]),
  processors: z.array(z.enum(processors)),
  precisions: z.array(z.enum(precisions)),
  kernelTiming: z.enum(["profiler", "operators", "isolated"]),
  inModels: z.enum(["names"]).optional(),
  /** Why so. */
  timingReason: z.string(),
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
};

/** What runs an engine that is written in JavaScript. */
export const hosts = ["node", "chromium"] as const;
export type Host = (typeof hosts)[number];

const pythonRecipeSchema = z.object({
  ...common,
  kind: z.literal("python"),
  /** File in agents/python. */
  agent: z.string(),
  /** Newest first: the first one installed is what the bare name means. */
  versions: z.array(pythonVersionSchema).min(1),
});

const npmRecipeSchema = z.object({
  ...common,
  kind: z.literal("npm"),
  /** File in agents/browser. */
  agent: z.string().optional(),
  /** Where the agent runs: the first one by default, others by the option `host`. */
  hosts: z.array(z.enum(hosts)).min(1),
  /** Milliseconds for loading a model, and for timing beyond what a plan asks for. */
  limits: z.object({ prepareMs: z.number(), timeMs: z.number() }).optional(),
  /** Newest first. */
  versions: z.array(npmVersionSchema).min(1),
});

export type PythonRecipe = z.infer<typeof pythonRecipeSchema>;
export type NpmRecipe = z.infer<typeof npmRecipeSchema>;
export type EngineRecipe = PythonRecipe | NpmRecipe;
export type PythonVersion = PythonRecipe["versions"][number];
export type EngineVersion = EngineRecipe["versions"][number];

const recipeSchema = z.discriminatedUnion("kind", [pythonRecipeSchema, npmRecipeSchema]);

/** What an installation leaves in its folder when it is complete. */
export const installedSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** Interpreter that the environment was made of, where it is one. */
  python: z.string().optional(),
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
  if (!agentEngineNames.includes(name)) throw unknownName("recipe for an engine", name, agentEngineNames);
  const recipe = JSON.parse(readFileSync(join(recipeFolder(), `${name}.json`), "utf8")) as object;
  return recipeSchema.parse({ kind: "python", ...recipe });
}

/** The recipe's version, or its newest. @throws LitepredError `unknown-name`. */
export function recipeVersion<R extends EngineRecipe>(
  recipe: R,
  version = recipe.versions[0]!.version,
): R["versions"][number] {
  const found = recipe.versions.find((candidate) => candidate.version === version);
  if (found) return found as R["versions"][number];
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
  return [...recipe.versions].filter(({ version }) => installed(home, recipe.name, version) !== undefined);
}

/** What is installed, or undefined where it is missing or was left half done. */
export function installed(home: string, name: string, version: string): InstalledEngine | undefined {
  const folder = engineFolder(home, name, version);
  const file = join(folder, installedFile);
  if (!existsSync(file)) return undefined;
  const record = readRecord(file);
  if (record === undefined) return undefined;
  return record.python !== undefined && !existsSync(enginePython(folder)) ? undefined : record;
}

/** A record that is damaged is of nothing: installing again makes it whole. */
function readRecord(file: string): InstalledEngine | undefined {
  try {
    return installedSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

export const installedFile = "installed.json";
