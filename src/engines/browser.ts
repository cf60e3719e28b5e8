/**
 * An engine written in JavaScript, driven by an agent of agents/browser in Node or in a page of headless Chromium. What it
 * can do stands in its recipe; the child process, time limits and failures are those of every engine (running.ts).
 */
import { existsSync } from "node:fs";
import { LitepredError, packagePath } from "../base/index.js";
import { type Engine, type EngineDescription, EngineFailure, type EngineSettings } from "./contract.js";
import { startChild } from "./process/child.js";
import { startChildEngine } from "./process/running.js";
import { makeScratch } from "./process/scratch.js";
import { engineFolder, type Host, installed, installedVersions, type NpmRecipe, recipeVersion } from "./recipes.js";
import { checkSettings } from "./settings.js";

const usualLimits = { prepareMs: 60_000, timeMs: 30_000 };
/** Chromium starts in a second on an idle machine. */
const startMs = 60_000;

/**
 * @param version of the recipe; by default the newest that is installed
 * @param home workspace folder
 */
export function createBrowserEngine(recipe: NpmRecipe, home: string, version?: string): Engine {
  const describe = async () => describeRecipe(recipe, home, version);
  return {
    name: recipe.name,
    describe,
    async start(settings) {
      const description = await describe();
      checkSettings(description, settings);
      // Chromium's profile; left behind where it is killed.
      const scratch = await makeScratch();
      const command = {
        command: process.execPath,
        args: childArguments(recipe, hostFor(recipe, settings), engineFolder(home, recipe.name, description.version)),
        env: { TMPDIR: scratch.folder },
      };
      try {
        const hostName = await askHost(command, settings);
        const running = await startChildEngine(command, settings, recipe.format, recipe.limits ?? usualLimits);
        return {
          ...running,
          host: hostName ?? running.host,
          async close() {
            await running.close();
            await scratch.remove();
          },
        };
      } catch (error) {
        await scratch.remove();
        throw error;
      }
    },
  };
}

/** @throws LitepredError `engine-unavailable` where it is not installed. */
function describeRecipe(recipe: NpmRecipe, home: string, version: string | undefined): EngineDescription {
  const { name, processors, options, format, kernelTiming, timingReason } = recipe;
  const found = recipeVersion(recipe, version ?? installedVersions(recipe, home)[0]?.version);
  if (installed(home, name, found.version) === undefined)
    throw new LitepredError(
      "engine-unavailable",
      `${name}@${found.version} is not installed in ${home}`,
      `litepred engines install ${name}@${found.version}`,
    );
  if (!recipe.hosts.includes("node")) findChromium();
  return {
    ...{ name, version: found.version, processors, format, kernelTiming, timingReason },
    precisions: found.precisions ?? recipe.precisions,
    options: [...options.map(({ environment: _environment, ...option }) => option), ...hostOption(recipe)],
  };
}

/** Of browser-child.ts. */
function childArguments({ agent = "" }: NpmRecipe, host: Host, folder: string): string[] {
  const child = packagePath("dist", "src", "engines", "browser-child.js");
  return [child, host, agent, folder, ...(host === "chromium" ? [findChromium()] : [])];
}

function hostOption({ hosts }: NpmRecipe): EngineDescription["options"] {
  if (hosts.length === 1) return [];
  return [{ name: "host", summary: "what the engine runs in", default: hosts[0]!, choices: hosts }];
}

/** @throws LitepredError `unknown-platform` for a graphics processor outside of a browser. */
function hostFor(recipe: NpmRecipe, { processor, options }: EngineSettings): Host {
  const host = (options.host ?? recipe.hosts[0]!) as Host;
  if (processor !== "cpu" && host === "node")
    throw new LitepredError(
      "unknown-platform",
      `${recipe.name} has processor "${processor}" only in a browser`,
      "add ?host=chromium to the platform id",
    );
  return host;
}

const usualPlaces: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"],
  darwin: [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files\\Chromium\\Application\\chrome.exe",
  ],
};

/** Path of Chromium or Chrome. @throws LitepredError `engine-unavailable`. */
export function findChromium(): string {
  const given = process.env.LITEPRED_CHROMIUM;
  const places = given === undefined ? (usualPlaces[process.platform] ?? []) : [given];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new LitepredError(
    "engine-unavailable",
    `no Chromium at ${places.join(", ")}`,
    "install it (Debian: apt-get install chromium), or give its path in LITEPRED_CHROMIUM",
  );
}

/** What the engine will run in, e.g. `Chromium 156.0, WebGPU on …`. @throws LitepredError `engine-unavailable` where it does not start. */
async function askHost(
  command: Parameters<typeof startChild>[0],
  settings: EngineSettings,
): Promise<string | undefined> {
  const child = startChild(command);
  try {
    return (await child.ask({ method: "describe", settings }, startMs)).host;
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    throw new LitepredError("engine-unavailable", `the engine does not start: ${error.message}`, "litepred doctor");
  } finally {
    await child.close();
  }
}
