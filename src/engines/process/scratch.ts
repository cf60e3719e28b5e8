/**
 * Folders for what an engine is given, and the engine's processes: both belong to the process of litepred that made them. What one that
 * was killed has left behind is taken away at the next start: its folders, and engines that have not noticed.
 */
import { appendFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, naming } from "../../base/index.js";

export interface Scratch {
  readonly folder: string;
  /** Notes a process that ends with this folder. */
  adopt(pid: number | undefined): void;
  remove(): Promise<void>;
}

const prefix = (pid: number | string) => `litepred-${hostname()}-${pid}-`;
const childrenFile = "children.txt";

export async function makeScratch(): Promise<Scratch> {
  removeOrphans();
  const folder = await mkdtemp(join(tmpdir(), prefix(process.pid)));
  if (open.size === 0) process.on("exit", removeOpen);
  open.add(folder);
  return {
    folder,
    adopt(pid) {
      const began = pid === undefined ? undefined : startOf(pid);
      const file = join(folder, childrenFile);
      if (began !== undefined) naming(file, () => appendFileSync(file, `${pid} ${began}\n`));
    },
    async remove() {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      open.delete(folder);
      if (open.size === 0) process.off("exit", removeOpen);
    },
  };
}

/** Folders of this process. */
const open = new Set<string>();

/** Where the process ends in the middle of its work, its engines and folders go with it, as far as they let themselves. */
function removeOpen(): void {
  for (const folder of open) removeFolder(folder);
}

function removeFolder(folder: string): void {
  endChildren(folder);
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Another user's: theirs to take away.
  }
}

/** Exported for tests. */
export function removeOrphans(): void {
  const start = prefix("");
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(start.slice(0, -1))) continue;
    const owner = Number(name.slice(start.length - 1).split("-")[0]);
    if (!Number.isInteger(owner) || owner <= 0 || isAlive(owner)) continue;
    removeFolder(join(tmpdir(), name));
  }
}

function endChildren(folder: string): void {
  let text: string;
  try {
    text = readFileSync(join(folder, childrenFile), "utf8");
  } catch {
    return; // None was started.
  }
  // The number alone may be another process's by now.
  for (const [, pid, began] of text.matchAll(/^(\d+) (\d+)$/gm)) if (startOf(Number(pid)) === began) end(Number(pid));
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself, or is another user's.
  }
}

/** When a process began, in ticks since the system started; undefined where there is none, or the system does not tell. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
