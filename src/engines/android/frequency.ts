/**
 * A fixed clock frequency, on phones that let the shell (or `su`) write it: both ends of the governor's range are set to
 * the same value on the cores used, read back, and restored at the end.
 */
import { LitepredError } from "../../base/index.js";
import { parseSections } from "./facts.js";
import type { PhoneLink } from "./link.js";
import { cpuFolder } from "./state.js";

const timeoutMs = 15_000;

/** Sets `mhz` ("max": the highest there is) on all cores given. @returns what undoes it. @throws LitepredError `unknown-platform` where the phone has no such frequency or does not let it be set. */
export async function fixFrequency(
  link: PhoneLink,
  cores: readonly number[],
  mhz: string,
): Promise<() => Promise<void>> {
  const before = await Promise.all(cores.map((core) => readRange(link, core)));
  const wanted = before.map((range) => ({ ...range, khz: pickFrequency(range.available, mhz, range.hardwareMax) }));
  const undo = async () => {
    for (const { core, min, max } of before) await write(link, core, min, max);
  };
  for (const { core, khz } of wanted) {
    await write(link, core, khz, khz);
    const { min, max } = await readRange(link, core);
    if (min === khz && max === khz) continue;
    await undo();
    throw new LitepredError(
      "unknown-platform",
      `the clock of core ${core} of ${link.serial} cannot be set to ${khz / 1000} MHz`,
      "most phones allow it only to root: leave freq= out (the frequency is recorded), or root the phone and allow su for adb",
    );
  }
  return undo;
}

interface FrequencyRange {
  readonly core: number;
  readonly min: number;
  readonly max: number;
  readonly hardwareMax: number;
  /** kHz; empty where the phone does not tell. */
  readonly available: readonly number[];
}

async function readRange(link: PhoneLink, core: number): Promise<FrequencyRange> {
  const file = (name: string) =>
    `echo @${name.replaceAll("_", "")}; cat ${cpuFolder(core)}/cpufreq/${name} 2>/dev/null`;
  const names = ["scaling_min_freq", "scaling_max_freq", "cpuinfo_max_freq", "scaling_available_frequencies"];
  const { stdout } = await link.shell(names.map(file).join("; "), timeoutMs);
  const sections = parseSections(stdout);
  const values = (name: string) =>
    (sections.get(name) ?? [])
      .flatMap((line) => line.split(/\s+/))
      .filter(Boolean)
      .map(Number);
  return {
    core,
    min: values("scalingminfreq")[0] ?? 0,
    max: values("scalingmaxfreq")[0] ?? 0,
    hardwareMax: values("cpuinfomaxfreq")[0] ?? 0,
    available: values("scalingavailablefrequencies"),
  };
}

/** The available frequency meant by `mhz`, kHz: the one that rounds to it. @throws LitepredError `unknown-platform` listing what there is. */
export function pickFrequency(available: readonly number[], mhz: string, hardwareMax: number): number {
  if (mhz === "max") return Math.max(hardwareMax, ...available);
  const found = available.find((khz) => Math.round(khz / 1000) === Number(mhz));
  // A phone that lists nothing may still take it; it is read back.
  if (found !== undefined || available.length === 0) return found ?? Number(mhz) * 1000;
  throw new LitepredError(
    "unknown-platform",
    `the phone has no frequency of ${mhz} MHz`,
    `freq= may be max, ${available.map((khz) => Math.round(khz / 1000)).join(", ")}`,
  );
}

/** Widens before it narrows: the kernel refuses a minimum above the maximum. Tries as the shell, then as root. */
async function write(link: PhoneLink, core: number, min: number, max: number): Promise<void> {
  const to = (name: string, khz: number) => `echo ${khz} > ${cpuFolder(core)}/cpufreq/${name}`;
  const lines = [to("scaling_max_freq", max), to("scaling_min_freq", min), to("scaling_max_freq", max)].join("; ");
  const { stdout } = await link.shell(
    `( ${lines} ) 2>/dev/null; cat ${cpuFolder(core)}/cpufreq/scaling_min_freq ${cpuFolder(core)}/cpufreq/scaling_max_freq`,
    timeoutMs,
  );
  const [nowMin, nowMax] = stdout.trim().split(/\s+/).map(Number);
  if (nowMin !== min || nowMax !== max) await link.shell(`su -c '${lines}' >/dev/null 2>&1`, timeoutMs);
}
