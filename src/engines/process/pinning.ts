/** Pins an engine's process to the quietest core, where the system has `taskset`; elsewhere it runs unpinned. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChildCommand } from "./child.js";

const taskset = "/usr/bin/taskset";

export async function pin(command: ChildCommand, threads: number): Promise<{ command: ChildCommand; core?: number }> {
  const cores = await quietCores();
  if (!existsSync(taskset) || cores.length === 0 || !(threads >= 1)) return { command };
  const chosen = cores.slice(0, threads);
  return {
    core: chosen[0]!,
    command: { ...command, command: taskset, args: ["-c", chosen.join(","), command.command, ...command.args] },
  };
}

/** Cores this process may use, the idlest over a tenth of a second first; empty where the system does not tell. */
export async function quietCores(): Promise<number[]> {
  try {
    const allowed = parseCoreList(
      /^Cpus_allowed_list:\s*(\S+)/m.exec(await readFile("/proc/self/status", "utf8"))?.[1],
    );
    const before = parseIdle(await readFile("/proc/stat", "utf8"));
    await sleep(100);
    const after = parseIdle(await readFile("/proc/stat", "utf8"));
    const idle = (core: number) => (after.get(core) ?? 0) - (before.get(core) ?? 0);
    // Among equals the last one: interrupts tend to be served by the first.
    return allowed.sort((a, b) => idle(b) - idle(a) || b - a);
  } catch {
    return [];
  }
}

/** `0-2,5` → 0 1 2 5. */
export function parseCoreList(text = ""): number[] {
  return text
    .split(",")
    .filter((part) => part !== "")
    .flatMap((part) => {
      const [first, last = first] = part.split("-").map(Number) as [number, number?];
      return Array.from({ length: last! - first + 1 }, (_, i) => first + i);
    });
}

/** Idle ticks by core from the text of /proc/stat. */
export function parseIdle(text: string): Map<number, number> {
  return new Map(
    [...text.matchAll(/^cpu(\d+) \d+ \d+ \d+ (\d+)/gm)].map((match) => [Number(match[1]), Number(match[2])]),
  );
}
