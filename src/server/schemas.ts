/** What the routes take and give, as zod schemas: they check requests, and are the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import { nasSpaceNames } from "../spaces/index.js";

const accuracy = z.object({ n: z.number(), mape: z.number().nullable(), within5: z.number(), within10: z.number() });

export const errorSchema = z
  .object({ code: z.string(), message: z.string(), hint: z.string() })
  .openapi("Error", { description: "What went wrong, and what to do about it" });

export const platformSchema = z
  .object({
    platform: z.string(),
    file: z.string(),
    sizeBytes: z.number(),
    sha256: z.string(),
    provenance: z.looseObject({ device: z.string(), samples: z.number(), date: z.string(), method: z.string() }),
    kernels: z.array(
      z.object({ type: z.string(), samples: z.number(), within10: z.number(), mape: z.number().nullable() }),
    ),
    correctionModels: z.number(),
    heldOut: accuracy.optional(),
    typicalError: z.number().optional(),
  })
  .openapi("Platform");

const unpredicted = z.object({ node: z.string(), operator: z.string(), reason: z.string() });
const config = z.record(z.string(), z.union([z.number(), z.string()]));
const kernel = z.object({ name: z.string(), type: z.string(), config, nodes: z.array(z.string()) });

export const predictionSchema = z
  .object({
    model: z.string(),
    platform: z.string(),
    latencyMs: z.number(),
    sumMs: z.number(),
    interval: z.object({ level: z.number(), lowMs: z.number(), highMs: z.number() }),
    coverage: z.object({ kernels: z.number(), flops: z.number() }),
    unpredicted: z.array(unpredicted),
    kernels: z.array(kernel.extend({ latencyMs: z.number() })),
  })
  .openapi("Prediction");

export const kernelsSchema = z
  .object({
    model: z.string(),
    kernels: z.array(kernel.extend({ flops: z.number(), params: z.number() })),
    unsupported: z.array(unpredicted),
  })
  .openapi("Kernels");

/** Repeated in a query, or once. */
const several = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (value === undefined ? [] : [value].flat()));

const upload = {
  name: z.string().default("model").openapi({ description: "what the model is called in the answer" }),
  input: several.openapi({ description: "shape of an input, name=1x3x224x224" }),
};

export const predictQuery = z.object({
  ...upload,
  platform: z.string().default("all").openapi({ description: "platform id, or all" }),
  level: z.coerce.number().default(0.9),
});

export const kernelsQuery = z.object({
  ...upload,
  engine: z.string().default("generic").openapi({ description: "whose rules of fusion apply" }),
});

export const measureQuery = z.object({
  name: upload.name,
  platform: z.string().openapi({ description: "platform id; local is this machine" }),
  protocol: z.string().default("standard"),
});

export const adaptBody = z.object({
  platform: z.string().openapi({ description: "platform id; local is this machine" }),
  minutes: z.number().positive().optional(),
  budget: z.number().int().positive().default(600),
  models: z.number().int().nonnegative().default(40),
  seed: z.number().int().default(1),
});

/** Names of spaces only: a file of one's own would be a path on this machine. */
export const searchBody = z.object({
  space: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default("ofa-mobilenetv3"),
  platforms: z.array(z.string()).min(1),
  maxLatencyMs: z.array(z.number().positive()).optional(),
  evaluations: z.number().int().positive().max(1_000_000).default(5000),
  seed: z.number().int().default(1),
});

export const jobSchema = z
  .object({
    id: z.string(),
    kind: z.enum(["measure", "adapt", "search"]),
    platform: z.string(),
    state: z.enum(["running", "done", "failed", "cancelled", "interrupted"]),
    started: z.string(),
  })
  .openapi("Job");

const shownInterval = z.object({ level: z.number(), lowMs: z.number(), highMs: z.number() });
const choice = z.union([z.number(), z.string(), z.boolean()]);
const architecture = z.record(z.string(), z.union([choice, z.array(choice)]));

export const architecturesBody = z.object({
  /** By name alone: a file would be run. */
  space: z.enum(nasSpaceNames as readonly [string, ...string[]]).default("ofa-mobilenetv3"),
  platforms: z.array(z.string()).min(1).max(50),
  level: z.number().gt(0).lt(1).default(0.9),
  architectures: z.array(architecture).min(1).max(10_000),
});

export const architecturesSchema = z.array(
  z
    .object({
      architecture,
      accuracy: z.number().nullable(),
      accuracyInterval: z.object({ level: z.number(), low: z.number().nullable(), high: z.number().nullable() }),
      macs: z.number(),
      params: z.number(),
      platforms: z.array(z.object({ platform: z.string(), latencyMs: z.number(), interval: shownInterval })),
    })
    .openapi("ArchitectureAnswer"),
);
