/**
 * Where an engine's memory lies. In pages of 4 kB each load of a model finds other physical memory, and how that falls into the second-level
 * cache decides up to a tenth of its time: measured with six engines on a quiet EPYC, the same network loaded three times in each of three
 * processes differs by 2 to 11 %; in large pages by 0.5 to 6 % (docs/adr/0005). So engines on the CPU take all memory from one heap of
 * large pages where the system has them (glibc 2.35 and later on Linux; elsewhere nothing changes).
 */
import { existsSync, readFileSync } from "node:fs";
import type { EngineOption, EngineSettings } from "../contract.js";

/** Of every engine that runs in a process of this machine. */
export const pagesOption: EngineOption = {
  name: "pages",
  summary: "memory pages: huge, which makes numbers repeat, or system, what a program gets that asks for nothing",
  default: "huge",
  choices: ["huge", "system"],
};

/** Large pages on request; nothing but the largest blocks in mappings of their own; memory is kept once it was had. */
const tunables = [
  "glibc.malloc.hugetlb=1",
  `glibc.malloc.mmap_threshold=${32 * 2 ** 20}`,
  `glibc.malloc.top_pad=${64 * 2 ** 20}`,
  `glibc.malloc.trim_threshold=${2 ** 30}`,
];

/** What an engine's process is started with, on top of what this one has. */
export function pagesEnvironment(
  { processor, options }: EngineSettings,
  given: string | undefined = process.env.GLIBC_TUNABLES,
): Record<string, string> {
  if (processor !== "cpu" || options[pagesOption.name] === "system") return {};
  // Of two values of one tunable the last counts: the user's.
  return { GLIBC_TUNABLES: [...tunables, ...(given ? [given] : [])].join(":") };
}

const kernelSetting = "/sys/kernel/mm/transparent_hugepage/enabled";

/** Whether a program that asks for large pages gets them here. */
export const hasHugePages = (path = kernelSetting): boolean =>
  existsSync(path) && !readFileSync(path, "utf8").includes("[never]");
