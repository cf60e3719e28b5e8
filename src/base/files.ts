/** Files in the workspace that are replaced as a whole: a process that is killed leaves the old one or the new one. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { LitepredError } from "./errors.js";

/** Name of a file that is being written beside `path`; it says who writes, so that what a dead process left is known. */
export const partOf = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${hostname()}.${process.pid}.part`);

/**
 * Makes the folder where it is missing. A disk that is full leaves the old file; a link leads to the file that is replaced. A pipe or a
 * device is written to as it is. Errors of the file system name `path`.
 */
export function saveWhole(path: string, content: string | Uint8Array): void {
  naming(path, () => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) return writeFileSync(path, content);
    const target = found === undefined ? path : realpathSync(path);
    mkdirSync(dirname(target), { recursive: true });
    const partial = partOf(target);
    try {
      writeFileSync(partial, content, { flush: true });
      renameSync(partial, target);
    } catch (error) {
      rmSync(partial, { force: true });
      throw error;
    }
  });
}

/** Faults of the file system in `work` name `path`: those of writing name no file, and one half written is nothing to tell of. */
export function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const fault = error as NodeJS.ErrnoException;
    if (fault instanceof Error && (fault.path?.endsWith(".part") ?? true)) fault.path = path;
    throw error;
  }
}

/** What `saveWhole(path, JSON.stringify(…))` has left; undefined where there is no such file. */
export function readKept(path: string): unknown {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new LitepredError("corrupt-artefact", `${path} is damaged: it is not JSON`, "remove it; it is made anew");
  }
}

/** Takes away what processes of this machine that are no more have left half written in a folder. */
export function removeParts(folder: string): void {
  for (const name of namesIn(folder)) {
    if (!name.endsWith(".part")) continue;
    const parts = name.split(".");
    const host = hostname();
    const isOurs = name.slice(0, name.lastIndexOf(`.${parts.at(-2)}.part`)).endsWith(`.${host}`);
    if (isOurs && !isAlive(Number(parts.at(-2)))) rmSync(join(folder, name), { force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Not there: nothing is left in it.
  }
}

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
