/**
 * The tools' files on this machine. The user puts them into `<folder>/<abi>/<engine>@<version>/`, since neither the ABI nor
 * the version can be read off a binary; all files of that folder go to the phone, except its folder `host`.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { LitepredError, sha256 } from "../../base/index.js";
import type { PhoneTool } from "./tools/tool.js";

/** `LITEPRED_ANDROID_TOOLS`, else `android-tools` in the workspace. */
export const toolsFolder = (home: string): string =>
  resolve(process.env.LITEPRED_ANDROID_TOOLS ?? join(home, "android-tools"));

export interface ToolFiles {
  readonly folder: string;
  readonly version: string;
}

/** Versions of a tool that lie ready for an ABI, newest first. */
export function toolVersions(tool: PhoneTool, abi: string, home: string): string[] {
  const folder = join(toolsFolder(home), abi);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${tool.engine}@`) && existsSync(join(folder, name, tool.binary)))
    .map((name) => name.slice(tool.engine.length + 1))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
}

/** @param version "" for the newest. @throws LitepredError `engine-unavailable` naming the file that is missing and where to get it. */
export function findTool(tool: PhoneTool, version: string, abi: string, home: string): ToolFiles {
  const [newest] = toolVersions(tool, abi, home);
  const wanted = version || newest || "VERSION";
  const folder = join(toolsFolder(home), abi, `${tool.engine}@${wanted}`);
  for (const file of [tool.binary, ...tool.libraries]) {
    if (existsSync(join(folder, file))) continue;
    throw new LitepredError("engine-unavailable", `${tool.engine} needs the file ${join(folder, file)}`, tool.source, {
      file: join(folder, file),
    });
  }
  return { folder, version: wanted };
}

export interface ToolFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The files for the phone, and one hash over all of them. */
export function readToolFiles(folder: string): { files: ToolFile[]; hash: string } {
  const files = readdirSync(folder)
    .sort()
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
  return { files, hash: sha256(files.map(({ name, bytes }) => `${name} ${sha256(bytes)}`).join("\n")) };
}
