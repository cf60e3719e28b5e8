import type { KernelConfig } from "../kernels/index.js";

/** A map by the content of configs of one kernel type, whose fields all come in the catalogue's order. In order of insertion. */
export interface ConfigMap<T> {
  get(config: KernelConfig): T | undefined;
  set(config: KernelConfig, value: T): void;
  size(): number;
  keys(): KernelConfig[];
  entries(): readonly (readonly [KernelConfig, T])[];
}

/** Hashes numbers as they are: a string as a key, made anew at each look-up, costs three times as much. */
export function createConfigMap<T>(): ConfigMap<T> {
  const all: [KernelConfig, T][] = [];
  /** The latest entry of each hash in `all`, and for each entry the one before it with the same hash, or −1. */
  const latest = new Map<number, number>();
  const before: number[] = [];
  const find = (config: KernelConfig, hash: number): number => {
    let at = latest.get(hash) ?? -1;
    while (at >= 0 && !areEqual(all[at]![0], config)) at = before[at]!;
    return at;
  };
  return {
    get(config) {
      const at = find(config, hashOf(config));
      return at < 0 ? undefined : all[at]![1];
    },
    set(config, value) {
      const hash = hashOf(config);
      const at = find(config, hash);
      if (at >= 0) all[at]![1] = value;
      else {
        before.push(latest.get(hash) ?? -1);
        latest.set(hash, all.push([config, value]) - 1);
      }
    },
    size: () => all.length,
    keys: () => all.map(([config]) => config),
    entries: () => all,
  };
}

/** 31 bits, so that the engine keeps it as a small integer. */
function hashOf(config: KernelConfig): number {
  let hash = 0;
  for (const name in config) {
    const value = config[name]!;
    const part = typeof value === "number" ? value : value.charCodeAt(0) + 256 * value.length;
    hash = Math.imul(hash ^ part, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash & 0x3fffffff;
}

function areEqual(a: KernelConfig, b: KernelConfig): boolean {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
}
