/**
 * A program that disturbs: in bursts of some tenths of a second it sweeps through memory and keeps a core busy. Started as
 * `node disturbance.js run SEED`; ends when its standard input does.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createRandom } from "../../base/index.js";

export interface Disturbance {
  stop(): void;
}

export function startDisturbance(seed: number): Disturbance {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(import.meta.url), "run", String(seed)], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  return { stop: () => void child.kill("SIGKILL") };
}

/** Larger than any cache. */
const bytes = 128e6;
const burstMs = { least: 50, most: 400 };

async function disturb(seed: number): Promise<void> {
  const random = createRandom(seed);
  const memory = new Float64Array(bytes / 8);
  process.stdin.on("end", () => process.exit(0)).resume();
  for (;;) {
    const until = performance.now() + burstMs.least + random.next() * (burstMs.most - burstMs.least);
    while (performance.now() < until) memory.copyWithin(0, memory.length >> 1);
    await sleep(burstMs.least + random.next() * (burstMs.most - burstMs.least));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === "run")
  await disturb(Number(process.argv[3]));
