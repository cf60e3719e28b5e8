/** The state of a phone: temperatures and frequency, from /sys where the shell may read it, else from Android's services. */
import { parseSections } from "./facts.js";

export interface PhoneState {
  /** Hottest CPU sensor, Celsius. */
  readonly cpuCelsius?: number;
  readonly batteryCelsius?: number;
  /** Of the core asked for, MHz. */
  readonly frequencyMhz?: number;
  readonly governor?: string;
  /** One-minute load average. */
  readonly load?: number;
}

/** Shell command whose output `parseState` reads. */
export const stateProbe = (core: number): string =>
  [
    "echo @zones; for z in /sys/class/thermal/thermal_zone*; do echo $(cat $z/type 2>/dev/null) $(cat $z/temp 2>/dev/null); done",
    "echo @battery; dumpsys battery 2>/dev/null | grep temperature",
    "echo @thermal; dumpsys thermalservice 2>/dev/null | grep mType=0",
    `echo @frequency; cat ${cpuFolder(core)}/cpufreq/scaling_cur_freq 2>/dev/null`,
    `echo @governor; cat ${cpuFolder(core)}/cpufreq/scaling_governor 2>/dev/null`,
    "echo @load; cat /proc/loadavg 2>/dev/null",
  ].join("; ");

export const cpuFolder = (core: number) => `/sys/devices/system/cpu/cpu${core}`;

/** What the phone does not tell is absent. */
export function parseState(text: string): PhoneState {
  const sections = parseSections(text);
  const first = (name: string) => sections.get(name)?.find((line) => line !== "");
  const battery = number(/temperature:\s*(-?\d+)/.exec(first("battery") ?? "")?.[1]);
  const khz = number(first("frequency"));
  const cpu = hottestCpu(sections.get("zones") ?? []) ?? hottestService(sections.get("thermal") ?? []);
  const load = number(first("load")?.split(" ")[0]);
  const governor = first("governor");
  return {
    cpuCelsius: cpu,
    // Android gives the battery's temperature in tenths of a degree.
    batteryCelsius: battery === undefined ? undefined : battery / 10,
    frequencyMhz: khz === undefined ? undefined : khz / 1000,
    governor,
    load,
  };
}

/** Names that vendors give to sensors in or beside the CPU cores. */
const cpuSensor = /cpu|^(big|mid|little)\b|apc|soc|mtktscpu|tsens_tz/i;

/** Lines `type temperature`; sensors without a temperature are switched off. */
function hottestCpu(zones: readonly string[]): number | undefined {
  const temperatures = zones.flatMap((line) => {
    const [, type, value] = /^(.*\S)\s+(-?\d+)$/.exec(line) ?? [];
    return type !== undefined && cpuSensor.test(type) ? [celsius(Number(value))] : [];
  });
  return hottest(temperatures);
}

/** Android's own view: `Temperature{mValue=35.1, mType=0, mName=CPU0, mStatus=0}`; type 0 is the CPU. */
function hottestService(lines: readonly string[]): number | undefined {
  return hottest(lines.flatMap((line) => number(/mValue=(-?[\d.]+)/.exec(line)?.[1]) ?? []));
}

/** Sensors give thousandths of a degree, some old ones tenths or whole degrees. */
const celsius = (value: number) =>
  Math.abs(value) >= 1000 ? value / 1000 : Math.abs(value) > 200 ? value / 10 : value;

/** Readings outside of what a running phone can have come from sensors that are switched off. */
function hottest(temperatures: readonly number[]): number | undefined {
  const sound = temperatures.filter((value) => value > 0 && value < 150);
  return sound.length === 0 ? undefined : Math.max(...sound);
}

function number(text: string | undefined): number | undefined {
  const value = Number(text);
  return text === undefined || text.trim() === "" || !Number.isFinite(value) ? undefined : value;
}
