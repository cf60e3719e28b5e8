/**
 * An engine that is driven by a Python agent (agents/python) in an environment of its own in the workspace. What it can
 * do stands in its recipe; the child process, time limits and failures are those of every engine (running.ts).
 */
import { LitepredError, packagePath } from "../base/index.js";
import type { Engine, EngineDescription, EngineSettings } from "./contract.js";
import { pagesEnvironment, pagesOption } from "./process/pages.js";
import { startChildEngine } from "./process/running.js";
import {
  engineFolder,
  enginePython,
  installed,
  installedVersions,
  type PythonRecipe,
  recipeVersion,
} from "./recipes.js";
import { checkSettings } from "./settings.js";

/** Some engines convert a model first, and TensorFlow alone takes seconds to load. */
const limits = { prepareMs: 120_000, timeMs: 30_000 };

/**
 * @param version of the recipe; by default the newest that is installed
 * @param home workspace folder
 */
export function createAgentEngine(recipe: PythonRecipe, home: string, version?: string): Engine {
  const chosen = version ?? installedVersions(recipe, home)[0]?.version;
  const describe = async (): Promise<EngineDescription> => {
    const found = recipeVersion(recipe, chosen);
    if (installed(home, recipe.name, found.version) === undefined)
      throw new LitepredError(
        "engine-unavailable",
        `${recipe.name}@${found.version} is not installed in ${home}`,
        `litepred engines install ${recipe.name}@${found.version}`,
      );
    return {
      name: recipe.name,
      version: found.version,
      processors: recipe.processors,
      precisions: found.precisions ?? recipe.precisions,
      options: [...recipe.options.map(({ environment: _environment, ...option }) => option), pagesOption],
      format: recipe.format,
      kernelTiming: recipe.kernelTiming,
      inModels: recipe.inModels,
      timingReason: recipe.timingReason,
    };
  };
  return {
    name: recipe.name,
    describe,
    async start(settings) {
      const description = await describe();
      checkSettings(description, settings);
      return startChildEngine(
        {
          command: enginePython(engineFolder(home, recipe.name, description.version)),
          // -E -s: nothing of the user's own Python settings or packages; -B: no files beside the agent.
          args: ["-E", "-s", "-B", packagePath("agents", "python", recipe.agent)],
          env: environment(recipe, settings),
        },
        settings,
        recipe.format,
        limits,
      );
    },
  };
}

/** Thread pools of OpenMP are sized before the engine is asked; options that need it go by environment. */
function environment(recipe: PythonRecipe, settings: EngineSettings): Record<string, string> {
  const threads = settings.options.threads ?? "1";
  const byOption = recipe.options.flatMap(({ name, environment }) => {
    const value = settings.options[name];
    return environment === undefined || value === undefined ? [] : [[environment, value] as const];
  });
  return {
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: "1",
    ...pagesEnvironment(settings),
    ...Object.fromEntries(byOption),
  };
}
