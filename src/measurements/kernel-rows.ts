/** Measurements of kernels as rows to learn from: one per config. */
import { getOrCreate, median, relativeError, shareWithin, stableJson } from "../base/index.js";
import { type FusionRules, isKernelTypeName, type KernelConfig, kernelTypeOf, ranAlone } from "../kernels/index.js";
import type { Measurement } from "./measurement.js";

export interface KernelRows {
  readonly type: string;
  readonly configs: readonly Readonly<Record<string, number | string>>[];
  /** Median over the measurements of the config, milliseconds, > 0. */
  readonly latenciesMs: readonly number[];
}

/**
 * By kernel type, sorted by name. Pass every measurement (`query({ every: true })`): a config that several networks ran was measured by
 * each. Where some were measured by the reference method, those measured by the old one do not count; where the platform's `rules` are given,
 * kernels measured alone count as what they were run as.
 */
export function kernelRows(measured: readonly Measurement[], rules?: FusionRules): KernelRows[] {
  const byType = new Map<string, Map<string, Measurement[]>>();
  for (const measurement of measured) {
    const { subject, outcome, purpose } = measurement;
    if (subject.kind !== "kernel" || outcome.status !== "ok" || !(outcome.latencyMs > 0)) continue;
    const ran = rules && purpose !== "in-model" ? ranAlone(subject.type, configOf(measurement), rules) : subject;
    if (ran === undefined) continue;
    const ofType = getOrCreate(byType, ran.type, () => new Map<string, Measurement[]>());
    const counted = ran === subject ? measurement : { ...measurement, subject: { kind: "kernel", ...ran } as const };
    getOrCreate(ofType, stableJson(withDefaults(ran.type, ran.config)), () => []).push(counted);
  }
  return [...byType]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, ofType]) => {
      const groups = [...ofType.values()];
      return { type, configs: groups.map(([first]) => configOf(first!)), latenciesMs: groups.map(latencyOf) };
    });
}

/** How well measurements of kernels repeat from network to network: what no predictor that sees configs alone can beat. */
export interface Repeats {
  /** Kernels of one config that were measured more than once, by several networks or at several times. */
  readonly kernels: number;
  /** Of a measurement and the median of the others of its config: median relative difference, and the share within ±10 %. */
  readonly medianDifference: number;
  readonly within10: number;
}

/** Undefined where nothing was measured twice by the reference method. */
export function repeatsOf(measured: readonly Measurement[]): Repeats | undefined {
  const latencies = new Map<string, number[]>();
  for (const { subject, outcome, protocol } of measured)
    if (subject.kind === "kernel" && outcome.status === "ok" && protocol.method === "reference")
      getOrCreate(latencies, stableJson([subject.type, subject.config]), () => []).push(outcome.latencyMs);
  const repeated = [...latencies.values()].filter(({ length }) => length > 1);
  const differences = repeated.flatMap((all) =>
    all.map((latencyMs, i) => relativeError(median(all.filter((_, other) => other !== i)), latencyMs)),
  );
  if (differences.length === 0) return undefined;
  return {
    kernels: repeated.length,
    medianDifference: median(differences),
    within10: shareWithin(differences, 0.1),
  };
}

const configOf = ({ subject }: Measurement) =>
  subject.kind === "kernel" ? withDefaults(subject.type, subject.config) : {};

/** Choices that a type has got since the measurement had their usual value then. */
function withDefaults(type: string, config: KernelConfig): KernelConfig {
  if (!isKernelTypeName(type)) return config;
  const missing = kernelTypeOf(type).fields.filter(
    (field) => field.kind === "choice" && field.default !== undefined && !(field.name in config),
  );
  if (missing.length === 0) return config;
  return { ...config, ...Object.fromEntries(missing.map((field) => [field.name, field.default!])) };
}

function latencyOf(same: readonly Measurement[]): number {
  const byReference = same.filter(({ protocol }) => protocol.method === "reference");
  const counted = byReference.length > 0 ? byReference : same.slice(-1);
  return median(counted.flatMap(({ outcome }) => (outcome.status === "ok" ? outcome.latencyMs : [])));
}
