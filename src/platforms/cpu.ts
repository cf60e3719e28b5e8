/** Facts about this machine's CPU, as the operating system tells them, and the slug that names the device by them. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

export interface CpuFacts {
  /** Model name as printed by the system, e.g. `Intel(R) Xeon(R) Platinum 8488C`. */
  readonly model: string;
  readonly vendor: string;
  /** CPUID family and model, where the system gives them (x86 Linux). */
  readonly family?: number;
  readonly modelNumber?: number;
  /** Instruction-set flags in the kernel's spelling (`avx512f`, `asimd`); empty where unknown. */
  readonly flags: readonly string[];
  /** Logical processors. */
  readonly cores: number;
}

/** Reads `/proc/cpuinfo` where it exists, Node's own view elsewhere. */
export function readCpuFacts(): CpuFacts {
  let text = "";
  try {
    text = readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    // Not Linux: Node's model name and core count are all there is.
  }
  const all = cpus();
  return parseCpuInfo(text, { model: all[0]?.model.trim() ?? "", cores: Math.max(1, all.length) });
}

/** Facts from the text of `/proc/cpuinfo`; `known` fills what it lacks (ARM kernels print no model name). */
export function parseCpuInfo(text: string, known: { model: string; cores: number }): CpuFacts {
  const field = (name: string) => new RegExp(`^${name}\\s*:\\s*(.*)$`, "m").exec(text)?.[1]?.trim();
  const number = (name: string) => (/^\d+$/.test(field(name) ?? "") ? Number(field(name)) : undefined);
  const family = number("cpu family");
  const modelNumber = number("model");
  return {
    model: field("model name") ?? field("Hardware") ?? known.model,
    vendor: field("vendor_id") ?? field("CPU implementer") ?? "",
    family,
    modelNumber,
    flags: (field("flags") ?? field("Features") ?? "").split(/\s+/).filter((flag) => flag !== ""),
    cores: known.cores,
  };
}

/** Width of the SIMD registers, 128 where no flag tells: SSE and NEON have that. */
export function vectorBits(flags: readonly string[]): 128 | 256 | 512 {
  if (flags.includes("avx512f")) return 512;
  return flags.includes("avx2") || flags.includes("avx") ? 256 : 128;
}

/** Words of CPU model names that do not tell one model from another. */
const noise = new Set([
  "intel",
  "amd",
  "apple",
  "processor",
  "cpu",
  "core",
  "platinum",
  "gold",
  "silver",
  "bronze",
  "with",
  "gen",
  "tm",
  "r",
]);

/**
 * Short device name from the CPU's model: `Intel(R) Xeon(R) Platinum 8488C` → `xeon-8488c`. A model name without a digit
 * (virtual machines print just "AMD EPYC") gets the CPUID family and model appended: `epyc-f25m17`.
 */
export function deviceSlug(cpu: CpuFacts): string {
  const words = cpu.model
    .toLowerCase()
    .replace(/\((r|tm|c)\)/g, " ")
    .replace(/@.*$/, " ")
    .replace(/\d+-core/g, " ")
    .split(/[^a-z0-9.+-]+/)
    .filter((part) => part !== "" && !noise.has(part) && !/^\d+(st|nd|rd|th)$/.test(part));
  const slug = words.join("-").replace(/^[^a-z0-9]+/, "") || "machine";
  if (/\d/.test(slug) || cpu.family === undefined) return slug;
  return `${slug}-f${cpu.family}m${cpu.modelNumber ?? 0}`;
}
