/**
 * The engines there are: the one that litepred itself depends on, and those with a recipe in data/engines, which agents in
 * Python or JavaScript drive. Each is loaded when it is asked for.
 */
import { LitepredError, own, unknownName } from "../base/index.js";
import type { Engine } from "./contract.js";
import { agentEngineNames, readRecipe } from "./recipes.js";

export interface EngineChoice {
  /** Where several versions are installed side by side; "" or absent: the newest of them. */
  readonly version?: string;
  /** Workspace folder that engines are installed in. Default: `LITEPRED_HOME`, else `.litepred`. */
  readonly home?: string;
}

/** The one that litepred itself depends on: always there, in one version. */
export const bundledEngine = "onnxruntime-node";

const defaultHome = () => process.env.LITEPRED_HOME ?? ".litepred";

const agent = (name: string) => async (choice: EngineChoice) => {
  const recipe = readRecipe(name);
  const { home = defaultHome(), version } = choice;
  if (recipe.kind === "npm")
    return (await import("./browser.js")).createBrowserEngine(recipe, home, version || undefined);
  return (await import("./agent.js")).createAgentEngine(recipe, home, version || undefined);
};

const engines: Readonly<Record<string, (choice: EngineChoice) => Promise<Engine>>> = {
  ...Object.fromEntries(agentEngineNames.map((name) => [name, agent(name)])),
  [bundledEngine]: async ({ version = "", home = defaultHome() }) =>
    (await import("./onnxruntime-node.js")).findOnnxRuntimeNode(version, home),
};

export const engineNames: readonly string[] = Object.keys(engines);

/** @throws LitepredError `unknown-name`, or `engine-unavailable` where it cannot be started here. */
export async function loadEngine(name: string, choice: EngineChoice = {}): Promise<Engine> {
  const load = own(engines, name);
  if (load === undefined) throw unknownName("engine", name, engineNames);
  return load(choice);
}

/** Version of an engine installed here; undefined where it is not. */
export async function installedEngineVersion(name: string, choice: EngineChoice = {}): Promise<string | undefined> {
  try {
    return (await (await loadEngine(name, choice)).describe()).version;
  } catch (error) {
    if (error instanceof LitepredError && (error.code === "engine-unavailable" || error.code === "unknown-name"))
      return undefined;
    throw error;
  }
}
