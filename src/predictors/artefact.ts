/**
 * A platform's predictors as one safetensors file: weights as tensors, everything else as JSON in the metadata, and a
 * SHA-256 over both. Reading executes nothing and checks the hash, the form and the feature names.
 */
import { z } from "zod";
import { type ComputeBackend, LitepredError, sha256, stableJson } from "../base/index.js";
import { type NamedTensor, readSafetensors, writeSafetensors } from "../formats/safetensors/index.js";
import { catalogueVersion } from "../kernels/index.js";
import type { JsonValue, LearnerState } from "../learning/index.js";
import { parsePlatformId } from "../platforms/index.js";
import type { Correction } from "./correction.js";
import { loadKernelPredictor } from "./kernel-predictor.js";
import { createPlatformPredictor, type PlatformPredictor } from "./platform-predictor.js";
import { platformRules } from "./platform-rules.js";
import type { KernelPredictorState } from "./state.js";

/** Where a predictor comes from. */
export interface Provenance {
  /** CPU or device as it names itself. */
  readonly device: string;
  readonly engineVersion: string;
  /** Protocol names of the measurements. */
  readonly protocols: readonly string[];
  /** Of the old method: the states of the core that runs counted in. */
  readonly coreStates?: readonly string[];
  /** "reference" where every measurement is by the reference method. */
  readonly measuredBy?: "reference" | "old" | undefined;
  /** Kernel measurements trained on. */
  readonly samples: number;
  /** ISO 8601. */
  readonly date: string;
  /** `train`, or the transfer method. */
  readonly method: string;
  /** Sources by kernel type, where it was transferred. */
  readonly donors?: Readonly<Record<string, readonly string[]>>;
  readonly litepred: string;
}

export interface PredictorArtefact {
  readonly platform: string;
  /** Channels per block of the device's ONNX Runtime layout: decides which kernels a model is run as there. */
  readonly nchwcBlock: 1 | 8 | 16;
  readonly provenance: Provenance;
  readonly kernels: readonly KernelPredictorState[];
  readonly correction: Correction;
  /** Coefficients of the general roofline. */
  readonly general: readonly number[];
  /** What a call costs, milliseconds; 0 where the correction has it. */
  readonly callMs: number;
  /** Nominal times of the reference models, milliseconds by name; absent where measured by the old method. */
  readonly nominalMs?: Readonly<Record<string, number>> | undefined;
}

const format = "litepred-predictor-1";

export function writeArtefact(artefact: PredictorArtefact): Uint8Array {
  const tensors: Record<string, NamedTensor> = {};
  const moved = (kernel: KernelPredictorState, prefix: string): object => ({
    ...kernel,
    models: kernel.models.map((model, i) => ({ ...model, arrays: moveArrays(model, `${prefix}/${i}`, tensors) })),
    ...(kernel.blended && { blended: kernel.blended.map((other, i) => moved(other, `${prefix}/blended/${i}`)) }),
  });
  const kernels = artefact.kernels.map((kernel) => moved(kernel, kernel.type));
  const { process } = artefact.correction;
  const correction = {
    ...artefact.correction,
    ...(process && {
      process: { ...process, state: { ...process.state, arrays: moveArrays(process.state, "correction", tensors) } },
    }),
  };
  const manifest = stableJson({ ...artefact, kernels, correction, catalogueVersion: catalogueVersion() });
  return writeSafetensors({ tensors, metadata: { format, manifest, sha256: contentHash(manifest, tensors) } });
}

/** @throws LitepredError `corrupt-artefact`. */
export function readArtefact(bytes: Uint8Array): PredictorArtefact & { readonly sha256: string } {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== format) throw corrupt(`its format is "${metadata.format ?? ""}", not "${format}"`);
  const manifest = metadata.manifest ?? "";
  const hash = contentHash(manifest, tensors);
  if (hash !== metadata.sha256) throw corrupt("its hash does not match its content");
  const parsed = manifestSchema.safeParse(parseJson(manifest));
  if (!parsed.success) throw corrupt(z.prettifyError(parsed.error).split("\n")[0]!);
  // Whether each predictor fits this catalogue is checked by the names of its features, when it is loaded.
  const { catalogueVersion: _, ...artefact } = parsed.data;
  const bound = <T extends Pick<z.infer<typeof kernelSchema>, "models">>(kernel: T) => ({
    ...kernel,
    models: kernel.models.map((model) => ({ ...model, arrays: bindArrays(model.arrays, tensors) })),
  });
  const kernels = artefact.kernels.map(({ blended, ...kernel }) => ({
    ...bound(kernel),
    ...(blended && { blended: blended.map(bound) }),
  }));
  const { process } = artefact.correction;
  const correction = {
    ...artefact.correction,
    ...(process && {
      process: { ...process, state: { ...process.state, arrays: bindArrays(process.state.arrays, tensors) } },
    }),
  };
  return { ...artefact, kernels, correction, sha256: hash } as unknown as PredictorArtefact & { sha256: string };
}

export async function loadPlatformPredictor(
  artefact: PredictorArtefact,
  backend?: ComputeBackend,
): Promise<PlatformPredictor> {
  const kernels = await Promise.all(artefact.kernels.map((state) => loadKernelPredictor(state, backend)));
  return createPlatformPredictor({
    platform: artefact.platform,
    kernels: new Map(kernels.map((kernel) => [kernel.type, kernel])),
    rules: platformRules(parsePlatformId(artefact.platform), artefact.nchwcBlock),
    correction: artefact.correction,
    general: artefact.general,
    callMs: artefact.callMs,
  });
}

function moveArrays(model: LearnerState, prefix: string, tensors: Record<string, NamedTensor>): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [name, array] of Object.entries(model.arrays)) {
    names[name] = `${prefix}/${name}`;
    tensors[names[name]] = array;
  }
  return names;
}

function bindArrays(names: Readonly<Record<string, string>>, tensors: Readonly<Record<string, NamedTensor>>) {
  return Object.fromEntries(
    Object.entries(names).map(([name, tensor]) => {
      const found = Object.hasOwn(tensors, tensor) ? tensors[tensor] : undefined;
      if (found === undefined) throw corrupt(`tensor "${tensor}" is missing`);
      if (!isAllFinite(found.values)) throw corrupt(`tensor "${tensor}" has a value that is no finite number`);
      return [name, found];
    }),
  );
}

function isAllFinite(values: NamedTensor["values"]): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function contentHash(manifest: string, tensors: Readonly<Record<string, NamedTensor>>): string {
  const parts = Object.keys(tensors)
    .sort()
    .map((name) => {
      const { shape, values } = tensors[name]!;
      return `${name}:${shape.join("x")}:${sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))}`;
    });
  return sha256([manifest, ...parts].join("\n"));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw corrupt("its manifest is not JSON");
  }
}

function corrupt(reason: string): LitepredError {
  return new LitepredError("corrupt-artefact", `not a usable predictor file: ${reason}`, "train or export it again");
}

/** Of a kernel type of the user's own: as many as a table may have columns. */
const mostFields = 100;
const count = z.number().int().nonnegative();
/** JSON has no NaN: the error of a kernel type with too few measurements to tell. */
const maybeUnknown = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const heldOutSchema = z.object({
  n: count,
  mape: maybeUnknown,
  within5: z.number(),
  within10: z.number(),
  rmseMs: maybeUnknown,
});
/** Of JSON values. Deeper ones would use up the stack; layers of a network are at level 3. */
const isShallow = (value: unknown, levels = 8): boolean =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1)));
const stateSchema = z.object({
  learner: z.enum(["network", "gaussian-process", "ridge", "boosted-trees"]),
  version: z.literal(1),
  settings: z.record(
    z.string(),
    z.custom<JsonValue>((value) => isShallow(value), "nested too deeply"),
  ),
  arrays: z.record(z.string(), z.string()),
});
const kernelSchema = z.object({
  type: z.string(),
  recipe: z.enum(["default", "compact", "published"]),
  samples: count,
  heldOut: heldOutSchema,
  ranges: z.record(
    z.string(),
    z.union([z.object({ min: z.number(), max: z.number() }), z.object({ values: z.array(z.string()) })]),
  ),
  leastElements: z.number().optional(),
  featureNames: z.array(z.string()),
  roofline: z.array(z.number()).optional(),
  targetRange: z.tuple([z.number(), z.number()]),
  userType: z
    .object({
      fields: z.array(z.string()).min(1).max(mostFields),
      flops: z.string().optional(),
      params: z.string().optional(),
    })
    .optional(),
  models: z.array(stateSchema).min(1),
});
const asList = (one: unknown) => (one === undefined || Array.isArray(one) ? one : [one]);

const manifestSchema = z.object({
  platform: z.string(),
  nchwcBlock: z.union([z.literal(1), z.literal(8), z.literal(16)]),
  catalogueVersion: z.string(),
  provenance: z.object({
    device: z.string(),
    engineVersion: z.string(),
    protocols: z.array(z.string()),
    coreStates: z.array(z.string()).optional(),
    measuredBy: z.enum(["reference", "old"]).optional(),
    samples: count,
    date: z.string(),
    method: z.string(),
    donors: z.record(z.string(), z.array(z.string())).optional(),
    litepred: z.string(),
  }),
  // Files of before have one.
  kernels: z.array(kernelSchema.extend({ blended: z.preprocess(asList, z.array(kernelSchema).optional()) })),
  correction: z.object({
    models: count,
    intercept: z.number(),
    types: z.record(z.string(), z.number()),
    // Of files of before it said something else: they do without.
    weights: z
      .object({ msPerByte: z.number().nonnegative(), halfAtBytes: z.number().positive(), log: z.number() })
      .optional()
      .catch(undefined),
    process: z.object({ types: z.array(z.string()), state: stateSchema }).optional(),
    residuals: z.array(z.number()),
    scores: z.array(z.number()),
    floor: z.number(),
    heldOut: heldOutSchema.optional(),
  }),
  general: z.array(z.number()).length(4),
  callMs: z.number().nonnegative().default(0),
  nominalMs: z.record(z.string(), z.number().positive()).optional(),
});
