/** `local` in a platform id stands for this machine: replaced by the CPU's slug. */
import { type CpuFacts, deviceSlug, readCpuFacts } from "./cpu.js";
import type { Platform } from "./platform.js";

export const localDevice = "local";

/** True where the platform is this machine, by `local` or by its slug. */
export function isLocal(platform: Platform, cpu: CpuFacts = readCpuFacts()): boolean {
  return platform.device === localDevice || platform.device === deviceSlug(cpu);
}

/** The platform with `local` replaced by this machine's slug and a missing engine version by `version(engine)`. Others are returned as they are. */
export function resolveLocal(
  platform: Platform,
  version: (engine: string) => string = () => "",
  cpu: CpuFacts = readCpuFacts(),
): Platform {
  if (!isLocal(platform, cpu)) return platform;
  return { ...platform, device: deviceSlug(cpu), version: platform.version || version(platform.engine) };
}
