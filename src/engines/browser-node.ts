/** Runs an agent of agents/browser in this Node process. */
import fs, { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { packagePath } from "../base/index.js";
import { createStopwatch } from "./process/stopwatch.js";
import type { WireRequest } from "./process/wire.js";

/** What a request comes to: `{result}` or `{error}`. */
export interface OpenedAgent {
  answer(request: WireRequest): Promise<object>;
  close(): Promise<void>;
}

interface AgentModule {
  start(host: object): Promise<OpenedAgent["answer"]>;
  /** What it imports by name in a page: file below node_modules, by name. */
  readonly modules: Readonly<Record<string, string>>;
}

export async function loadAgent(agent: string): Promise<AgentModule> {
  return (await import(pathToFileURL(packagePath("agents", "browser", agent)).href)) as AgentModule;
}

export async function openInNode(agent: string, folder: string): Promise<OpenedAgent> {
  const module = await loadAgent(agent);
  printToConsole();
  const require = createRequire(join(resolve(folder), "engine.js"));
  const host = {
    name: "node",
    load: async (name: string) => require(name) as unknown,
    url: (path: string) => join(folder, "node_modules", path),
    version: async (name: string) => installedVersion(folder, name),
    read: async (path: string) => new Uint8Array(await readFile(path)),
    stopwatch: createStopwatch,
    describe: () => `Node ${process.versions.node}`,
  };
  return { answer: await module.start(host), close: async () => {} };
}

/** Read as a file: not every package exports its package.json. */
export function installedVersion(folder: string, name: string): string {
  const text = readFileSync(join(folder, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** WebAssembly from Emscripten writes to descriptor 1 past the console, which would stand among the answers. */
function printToConsole(): void {
  const writeSync = fs.writeSync as (descriptor: number, ...rest: unknown[]) => number;
  const write = (descriptor: number, ...rest: unknown[]): number => {
    if (descriptor !== 1) return writeSync(descriptor, ...rest);
    const text = String(rest[0]);
    console.log(text.replace(/\n$/, ""));
    return Buffer.byteLength(text);
  };
  Object.assign(fs, { writeSync: write });
}
