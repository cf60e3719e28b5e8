/** `local` in a platform id stands for this machine: replaced by the CPU's slug, and the GPU's where that is what computes. */
import { type CpuFacts, deviceSlug, readCpuFacts } from "./cpu.js";
import { gpuSlug, readGpuModel } from "./gpu.js";
import type { Platform } from "./platform.js";

export const localDevice = "local";

export interface MachineFacts {
  readonly cpu: CpuFacts;
  /** Model name, where there is one that tells it. */
  readonly gpu?: string;
}

function readMachine(): MachineFacts {
  const gpu = readGpuModel();
  return { cpu: readCpuFacts(), gpu };
}

/** `xeon-8488c` for its CPU, `xeon-8488c+h100-80gb-hbm3` for its GPU, which the CPU drives. */
function localSlug({ processor }: Platform, { cpu, gpu }: MachineFacts): string {
  return processor === "gpu" && gpu !== undefined ? `${deviceSlug(cpu)}+${gpuSlug(gpu)}` : deviceSlug(cpu);
}

/** True where the platform is this machine, by `local` or by its slug. */
export function isLocal(platform: Platform, machine: MachineFacts = readMachine()): boolean {
  return platform.device === localDevice || platform.device === localSlug(platform, machine);
}

/** The platform with `local` replaced by this machine's slug and a missing engine version by `version(engine)`. Others are returned as they are. */
export function resolveLocal(
  platform: Platform,
  version: (engine: string) => string = () => "",
  machine: MachineFacts = readMachine(),
): Platform {
  if (!isLocal(platform, machine)) return platform;
  return { ...platform, device: localSlug(platform, machine), version: platform.version || version(platform.engine) };
}
