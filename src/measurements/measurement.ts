/**
 * The measurement record: what was measured, on which platform, how, under which conditions, and what came out.
 * Failures are records like any other. Records are validated when they are read back from disk.
 */
import { z } from "zod";
import { stableJson } from "../base/index.js";

/** How a number was measured. A value: stored with every measurement. */
export const protocolSchema = z.object({
  /** Preset name, or "custom". */
  name: z.string(),
  /** Runs before timing starts, per session. */
  warmup: z.number().int().nonnegative(),
  /** Most timed runs per session. */
  runs: z.number().int().positive(),
  /** Most milliseconds of timed runs per session. */
  maxMs: z.number().positive(),
  /** Sessions (the model loaded anew), interleaved in time with those of other models. */
  sessions: z.number().int().positive(),
  /** How the latency is estimated from the runs of a session; across sessions it is the lower quartile. "midmean": mean of the middle half. */
  estimator: z.enum(["p10", "p25", "min", "median", "midmean"]),
  /** Kernels side by side in one model, where the engine is timed by its profiler. */
  kernelsPerModel: z.number().int().positive(),
  /** Timed runs stop early when the standard error of the estimate is below this share of it; 0 never stops early. */
  tolerance: z.number().nonnegative(),
  /** Further sessions are made (at most as many again) while the quietest ones spread by more than this share. */
  maxSpread: z.number().positive(),
});
export type Protocol = z.infer<typeof protocolSchema>;

/** The state of the machine, or of the phone, around the measurement. */
export const conditionsSchema = z.object({
  cpu: z.string(),
  cores: z.number().int(),
  /** Width of its SIMD registers, which decides the blocked layouts of some engines. */
  vectorBits: z.number().int().optional(),
  governor: z.string().optional(),
  /** One-minute load average before and after. */
  loadBefore: z.number(),
  loadAfter: z.number(),
  /** Core the engine is pinned to, where it could be pinned. */
  pinnedCore: z.number().int().optional(),
  /** `shared`: timed while the core's other hyperthread was busy with somebody else's work; the host is mostly so. */
  coreState: z.enum(["full", "shared"]).optional(),
  node: z.string(),
  engineVersion: z.string(),
  /** Celsius, where readable. */
  temperature: z.number().optional(),
  /** Of a phone's battery, Celsius. */
  batteryTemperature: z.number().optional(),
  /** Of a phone's core, read as soon as the last run ended. */
  frequencyMhz: z.number().optional(),
});
export type Conditions = z.infer<typeof conditionsSchema>;

export const failureReasons = ["crash", "timeout", "rejected", "nonsense", "out-of-memory"] as const;
export type FailureReason = (typeof failureReasons)[number];

const ms = z.number().finite().nonnegative();
export const outcomeSchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("ok"),
    /** The estimate by the protocol's estimator. */
    latencyMs: ms,
    p10Ms: ms,
    medianMs: ms,
    minMs: ms,
    meanMs: ms,
    /** (max − min) ÷ median of the sessions' estimates; of the middle half of the runs where there is one session. */
    spread: z.number().nonnegative(),
    /** Timed runs, all sessions together. */
    runs: z.number().int().positive(),
    sessions: z.number().int().positive(),
  }),
  z.object({ status: z.literal("failed"), reason: z.enum(failureReasons), message: z.string() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

export const configSchema = z.record(z.string(), z.union([z.number(), z.string()]));
export const subjectSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("kernel"), type: z.string(), config: configSchema }),
  z.object({ kind: z.literal("model"), name: z.string(), sha256: z.string() }),
]);
export type Subject = z.infer<typeof subjectSchema>;

export const measurementSchema = z.object({
  /** Full platform id. */
  platform: z.string(),
  subject: subjectSchema,
  outcome: outcomeSchema,
  protocol: protocolSchema,
  conditions: conditionsSchema,
  /** Names the profiling job that took it. */
  session: z.string(),
  /** ISO 8601 time. */
  at: z.string(),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** Identity of a kernel config within its type: equal configs have equal keys. */
export function configKey(config: Readonly<Record<string, number | string>>): string {
  return stableJson(config);
}

/** Folder and `has` coordinates of a subject: kernels by type and config, models by their bytes. */
export function subjectKey(subject: Subject): { type: string; key: string } {
  return subject.kind === "kernel"
    ? { type: subject.type, key: configKey(subject.config) }
    : { type: modelType, key: subject.sha256 };
}

/** What stands for the kernel type where whole models are stored. */
export const modelType = "model";
