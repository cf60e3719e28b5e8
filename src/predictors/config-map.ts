import type { KernelConfig } from "../kernels/index.js";

/** A map by the content of configs of one kernel type, whose fields all come in the catalogue's order. In order of insertion. */
export interface ConfigMap<T> {
  get(config: KernelConfig): T | undefined;
  set(config: KernelConfig, value: T): void;
  size(): number;
  keys(): KernelConfig[];
  entries(): readonly (readonly [KernelConfig, T])[];
}

/**
 * Hashes numbers as they are: a string as a key, made anew at each look-up, costs three times as much. The values of a config
 * are kept beside it, as reading fields by name is slow but in the order in which a loop over them comes by.
 */
export function createConfigMap<T>(): ConfigMap<T> {
  const all: [KernelConfig, T][] = [];
  const contents: (readonly Value[])[] = [];
  /** The latest entry of each hash in `all`, and for each entry the one before it with the same hash, or −1. */
  const latest = new Map<number, number>();
  const before: number[] = [];
  /** Values of the config that is looked up. */
  const wanted: Value[] = [];
  const find = (hash: number): number => {
    let at = latest.get(hash) ?? -1;
    while (at >= 0 && !areEqual(contents[at]!, wanted)) at = before[at]!;
    return at;
  };
  return {
    get(config) {
      const at = find(readValues(config, wanted));
      return at < 0 ? undefined : all[at]![1];
    },
    set(config, value) {
      const hash = readValues(config, wanted);
      const at = find(hash);
      if (at >= 0) all[at]![1] = value;
      else {
        before.push(latest.get(hash) ?? -1);
        contents.push(wanted.slice());
        latest.set(hash, all.push([config, value]) - 1);
      }
    },
    size: () => all.length,
    keys: () => all.map(([config]) => config),
    entries: () => all,
  };
}

type Value = KernelConfig[string];

/** Puts the values into `out` and returns their hash: 30 bits, so that the engine keeps it as a small integer. */
function readValues(config: KernelConfig, out: Value[]): number {
  let hash = 0;
  let length = 0;
  for (const name in config) {
    const value = config[name]!;
    out[length++] = value;
    const part = typeof value === "number" ? value : value.charCodeAt(0) + 256 * value.length;
    hash = Math.imul(hash ^ part, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  out.length = length;
  return hash & 0x3fffffff;
}

function areEqual(a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
