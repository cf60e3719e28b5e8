/** What a phone is, read with one shell command: model, ABI, Android version, cores with their frequencies. */
import type { PhoneLink } from "./link.js";

export interface PhoneCore {
  readonly core: number;
  /** Highest frequency the hardware has, kHz; 0 where it does not tell. */
  readonly maxKhz: number;
}

export interface PhoneFacts {
  readonly serial: string;
  /** `ro.product.model`, e.g. `Pixel 6`. */
  readonly model: string;
  /** `ro.product.cpu.abi`, e.g. `arm64-v8a`. */
  readonly abi: string;
  readonly android: string;
  /** `ro.soc.model`, else `ro.board.platform`: e.g. `Tensor`, `sm8350`. */
  readonly soc: string;
  /** Of the first core, from /proc/cpuinfo: `asimdhp` says that it computes in half floats. */
  readonly features: readonly string[];
  readonly cores: readonly PhoneCore[];
}

const probe = [
  "echo @model; getprop ro.product.model",
  "echo @abi; getprop ro.product.cpu.abi",
  "echo @android; getprop ro.build.version.release",
  "echo @soc; getprop ro.soc.model; getprop ro.board.platform",
  "echo @features; grep -m 1 Features /proc/cpuinfo",
  "echo @cores; for c in /sys/devices/system/cpu/cpu[0-9]*; do echo $(basename $c) $(cat $c/cpufreq/cpuinfo_max_freq 2>/dev/null); done",
].join("; ");
const probeTimeoutMs = 15_000;

/** @throws PhoneLost, PhoneTimeout */
export async function readFacts(link: PhoneLink): Promise<PhoneFacts> {
  const { stdout } = await link.shell(probe, probeTimeoutMs);
  return parseFacts(link.serial, stdout);
}

/** From the output of the probe; what a phone does not tell is empty. */
export function parseFacts(serial: string, text: string): PhoneFacts {
  const sections = parseSections(text);
  const first = (name: string) => sections.get(name)?.find((line) => line !== "") ?? "";
  return {
    serial,
    model: first("model"),
    abi: first("abi"),
    android: first("android"),
    soc: first("soc"),
    features: first("features")
      .replace(/^.*:/, "")
      .split(/\s+/)
      .filter((word) => word !== ""),
    cores: (sections.get("cores") ?? [])
      .filter((line) => /^cpu\d+/.test(line))
      .map((line) => line.slice("cpu".length).split(/\s+/).map(Number))
      .map(([core, maxKhz = 0]) => ({ core: core!, maxKhz }))
      .sort((a, b) => a.core - b.core),
  };
}

/** Lines by the `@name` line above them. */
export function parseSections(text: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    if (/^@[a-z]+$/.test(line)) {
      lines = [];
      sections.set(line.slice(1), lines);
    } else lines.push(line);
  }
  return sections;
}

/** Device name in platform ids: the model in lower case without spaces, `Pixel 6` → `pixel6`, `SM-G991B` → `sm-g991b`. */
export function phoneSlug(model: string): string {
  const slug = model
    .toLowerCase()
    .replaceAll(" ", "")
    .replace(/[^a-z0-9.+-]+/g, "-")
    .replace(/^[^a-z0-9]+|-+$/g, "");
  return slug === "" ? "phone" : slug;
}
