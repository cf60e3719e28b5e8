/** The state of the machine, or of the phone, around a measurement. */
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { hasHugePages, type RunningEngine } from "../engines/index.js";
import type { Conditions } from "../measurements/index.js";
import { type CpuFacts, readCpuFacts, vectorBits } from "../platforms/index.js";

let known: CpuFacts | undefined;
function cpuFacts(): CpuFacts {
  known ??= readCpuFacts();
  return known;
}

/** Now; `loadAfter` too, until `conditionsAfter` replaces it. */
export function readConditions(engineVersion: string, pinnedCore: number | undefined): Conditions {
  const cpu = cpuFacts();
  const load = loadavg()[0]!;
  const governor = readText(`/sys/devices/system/cpu/cpu${pinnedCore ?? 0}/cpufreq/scaling_governor`);
  const temperature = Number(readText("/sys/class/thermal/thermal_zone0/temp") ?? Number.NaN) / 1000;
  return {
    cpu: cpu.model,
    cores: cpu.cores,
    vectorBits: vectorBits(cpu.flags),
    governor,
    loadBefore: load,
    loadAfter: load,
    pinnedCore,
    hugePages: hasHugePages(),
    node: process.versions.node,
    engineVersion,
    temperature: Number.isFinite(temperature) ? temperature : undefined,
  };
}

/** Of the machine, or of the phone as soon as that is fit to be measured. */
export async function conditionsBefore(
  { device, pinnedCore }: Pick<RunningEngine, "device" | "pinnedCore">,
  engineVersion: string,
  signal?: AbortSignal,
): Promise<Conditions> {
  if (device === undefined) return readConditions(engineVersion, pinnedCore);
  await device.settle(signal);
  return { ...(await device.conditions()), node: process.versions.node, engineVersion };
}

/** With what is known at the end: the load after, and on a phone, which heats up, its clock and temperature. */
export async function conditionsAfter(
  { device }: Pick<RunningEngine, "device">,
  before: Conditions,
): Promise<Conditions> {
  if (device === undefined) return { ...before, loadAfter: loadavg()[0]! };
  const { loadBefore: _before, ...after } = await device.conditions();
  return { ...before, ...after };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** Share of all cores' time that is idle over `ms`; undefined where the system does not tell. */
export async function idleShare(ms = 150): Promise<number | undefined> {
  const before = readText("/proc/stat");
  await sleep(ms);
  const after = readText("/proc/stat");
  if (before === undefined || after === undefined) return undefined;
  const [a, b] = [parseTotals(before), parseTotals(after)];
  return b.total > a.total ? (b.idle - a.idle) / (b.total - a.total) : undefined;
}

function parseTotals(text: string): { idle: number; total: number } {
  const ticks = (/^cpu +(.*)$/m.exec(text)?.[1] ?? "").split(" ").map(Number);
  return { idle: ticks[3] ?? 0, total: ticks.reduce((total, value) => total + value, 0) };
}
