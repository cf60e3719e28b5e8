/** Files in the workspace that are replaced as a whole: a process that is killed leaves the old one or the new one. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Makes the folder where it is missing. */
export function saveWhole(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.part`;
  writeFileSync(partial, content);
  renameSync(partial, path);
}

/** What `saveWhole(path, JSON.stringify(…))` has left; undefined where there is no such file. */
export function readKept(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
