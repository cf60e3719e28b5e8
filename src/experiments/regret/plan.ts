/**
 * Which devices are searched for, how, with how many measurements and under which budgets. One run serves all budgets of a device with
 * the same measurements. Pure.
 */

import { unknownName } from "../../base/index.js";
import type { Benchmark } from "./benchmark.js";
import { methodNames, type RegretMethod } from "./methods.js";

export interface RegretOptions {
  readonly methods?: readonly string[] | undefined;
  readonly seeds?: number | undefined;
  readonly measurements?: number | undefined;
  /** Names of devices; default: all of every benchmark. */
  readonly devices?: readonly string[] | undefined;
}

export interface RegretPlan {
  readonly benchmark: Benchmark;
  readonly device: string;
  readonly method: RegretMethod;
  readonly measurements: number;
  readonly seed: number;
}

/** Budgets are the latencies that these shares of a device's architectures keep: from hardly any to nearly all. */
export const budgetShares = [0.1, 0.25, 0.5, 0.75, 0.9];

/** One seed after the other, so that a table cut short has all devices. @throws LitepredError `unknown-name` */
export function planRegret(
  benchmarks: readonly Benchmark[],
  { methods = methodNames, seeds = 10, measurements = 300, devices }: RegretOptions,
): RegretPlan[] {
  requireKnown("method", methods, methodNames);
  const known = benchmarks.flatMap((benchmark) => benchmark.devices.map(({ name }) => name));
  if (benchmarks.length > 0) requireKnown("device", devices ?? [], known);
  const wanted = methodNames.filter((name) => methods.includes(name));
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    benchmarks.flatMap((benchmark) =>
      benchmark.devices
        .filter(({ name }) => devices === undefined || devices.includes(name))
        .flatMap(({ name }) => wanted.map((method) => ({ benchmark, device: name, method, measurements, seed }))),
    ),
  );
}

function requireKnown(what: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownName(what, unknown, known);
}
