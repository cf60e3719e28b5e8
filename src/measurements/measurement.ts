/**
 * The measurement record: what was measured, on which platform, how, under which conditions, and what came out.
 * Failures are records like any other. Records are validated when they are read back from disk.
 */
import { z } from "zod";
import { sha256, stableJson } from "../base/index.js";

/** How a number was measured. A value: stored with every measurement. */
export const protocolSchema = z.object({
  /** Preset name, or "custom". */
  name: z.string(),
  /** "reference": turns of the subject and of the reference models alternate. Absent: measured by the old method. */
  method: z.literal("reference").optional(),
  /** Runs before timing starts, per session. */
  warmup: z.number().int().nonnegative(),
  /** Most timed runs per session; of the old method only. */
  runs: z.number().int().positive().optional(),
  /** Most milliseconds that the subject is timed per session, references not counted. */
  maxMs: z.number().positive(),
  /** Sessions (the model loaded anew), interleaved in time with those of other models. */
  sessions: z.number().int().positive(),
  /** How the old method estimated the latency from the runs of a session. */
  estimator: z.enum(["p10", "p25", "min", "median", "midmean"]).optional(),
  /** Subjects that are loaded side by side; kernels side by side in one model, where the engine is timed by its profiler. */
  kernelsPerModel: z.number().int().positive(),
  /** A session ends early when the standard error of the ratio to the references is below this share of it; 0 never. */
  tolerance: z.number().nonnegative(),
  /** Further sessions are made (at most as many again) while they spread by more than this share. */
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
  /** Whether the system gave large pages to those who ask; engines on the CPU do, unless the platform has `pages=system`. */
  hugePages: z.boolean().optional(),
  /** Of the old method: `shared` where runs counted while the core's other hyperthread was busy with somebody else's work. */
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

/** The reference models while the subject was measured, milliseconds by their names. */
export const referencesSchema = z.object({
  /** In the state that `latencyMs` is given for: the core to itself. */
  nominalMs: z.record(z.string(), ms),
  observedMs: z.record(z.string(), ms),
});

export const outcomeSchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("ok"),
    /** At the reference state: what it takes when the references take their nominal times. */
    latencyMs: ms,
    /** As it just ran; absent where measured by the old method. */
    observedMs: ms.optional(),
    references: referencesSchema.optional(),
    /** Standard error of `latencyMs`, relative; what the sessions' disagreement says where there are several. */
    relativeError: z.number().nonnegative().optional(),
    /** (max − min) ÷ median of the sessions' estimates; 0 for one session. */
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

/**
 * "fit": networks that corrections are fitted on; "test": that none is; "in-model": networks whose kernels were timed where they run, and
 * these kernels; "example": what `start` compares.
 */
export const purposes = ["fit", "test", "in-model", "example"] as const;
export type Purpose = (typeof purposes)[number];

export const measurementSchema = z.object({
  /** Full platform id. */
  platform: z.string(),
  subject: subjectSchema,
  outcome: outcomeSchema,
  protocol: protocolSchema,
  conditions: conditionsSchema,
  /** What it was measured for; absent: itself. A test's measurements never reach a fit. */
  purpose: z.enum(purposes).optional(),
  /** Which look at the same subject for the same purpose, from 1; absent: the first. */
  repeat: z.number().int().positive().optional(),
  /** Names the profiling job that took it. */
  session: z.string(),
  /** ISO 8601 time. */
  at: z.string(),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** A record as it will be read back: fields without a value are none. */
export const asStored = (measurement: Measurement): Measurement =>
  measurementSchema.parse(JSON.parse(JSON.stringify(measurement)));

/** Equal for equal kernels: type and config. */
export const kernelKey = ({ type, config }: Pick<Extract<Subject, { kind: "kernel" }>, "type" | "config">): string =>
  `${type} ${stableJson(config)}`;

/** Folder of a subject, and what tells it from others there: kernels by type and config, models by their bytes. */
export function subjectKey(subject: Subject): { type: string; key: string } {
  return subject.kind === "kernel"
    ? { type: subject.type, key: stableJson(subject.config) }
    : { type: modelType, key: subject.sha256 };
}

/** Equal for measurements of which the later replaces the earlier: same platform, subject, purpose and repeat. */
export function measurementKey({ platform, subject, purpose, repeat = 1 }: MeasurementKey): string {
  const { type, key } = subjectKey(subject);
  return [platform, type, key, purpose ?? "-", repeat].join(" ");
}
export type MeasurementKey = Pick<Measurement, "platform" | "subject" | "purpose" | "repeat">;

/** An architecture of a search space as a subject: `<space>/<encoding>`. */
export const networkSubject = (name: string): Subject => ({ kind: "model", name, sha256: sha256(name) });

/** Until 0.1 purpose and repeat of networks stood in their names: `calibration/<space>/<encoding>`, `test/…@2`, `profiled/calibration/…`. */
const formerName = /^(calibration|adapt|test|profiled\/calibration)\/([^@]+)(?:@(\d+))?$/;
const formerPurposes: Readonly<Record<string, Purpose>> = {
  calibration: "fit",
  adapt: "fit",
  test: "test",
  "profiled/calibration": "in-model",
};

/** A record as it is written today. */
export function modernise(measurement: Measurement): Measurement {
  if (measurement.subject.kind !== "model" || measurement.purpose !== undefined) return measurement;
  const [, former, name, repeat] = formerName.exec(measurement.subject.name) ?? [];
  if (former === undefined) return measurement;
  return {
    ...measurement,
    subject: networkSubject(name!),
    purpose: formerPurposes[former]!,
    repeat: repeat === undefined ? undefined : Number(repeat),
  };
}

/** What stands for the kernel type where whole models are stored. */
export const modelType = "model";
