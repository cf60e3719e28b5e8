/** Measures whole models into the store; what the store has is not measured again unless asked. */
import { randomUUID } from "node:crypto";
import { LitepredError, sha256 } from "../base/index.js";
import { type Engine, EngineFailure, encoderOf } from "../engines/index.js";
import {
  asStored,
  type Measurement,
  modelType,
  type Protocol,
  type Purpose,
  type Store,
  type Subject,
} from "../measurements/index.js";
import { formatPlatformId, type Platform } from "../platforms/index.js";
import { measureModelFiles } from "./measure-model.js";
import { startEngine } from "./start.js";

export interface ModelToMeasure {
  readonly subject: Subject;
  /** In the engine's format; asked again for every window. What has no form in it throws EngineFailure. */
  bytes(): Uint8Array;
}

export interface MeasureRequest {
  readonly store: Store;
  readonly engine: Engine;
  /** Resolved: no `local`, no empty version. */
  readonly platform: Platform;
  readonly models: readonly ModelToMeasure[];
  readonly protocol: Protocol;
  readonly purpose?: Purpose | undefined;
  /** Which look at them, from 1; default 1. */
  readonly repeat?: number | undefined;
  readonly again?: boolean;
  /** What failed before is tried once more: it may have been the machine, or litepred. */
  readonly retryFailed?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** A file: what it is known by is its content as the engine gets it, or as it lies there where it has no form in the engine's format. */
export function fileSubject(name: string, bytes: () => Uint8Array, source: Uint8Array | string = name): Subject {
  return { kind: "model", name, sha256: contentHash(source, bytes) };
}

/** In the order of the models. @throws LitepredError `interrupted` after an abort; what was measured is in the store. */
export async function measureModels(request: MeasureRequest): Promise<Measurement[]> {
  const { store, engine, platform, models, protocol, purpose, repeat, signal } = request;
  const id = formatPlatformId(platform);
  const found = await storedOf(request, id);
  const open = models.flatMap((_, index) => (found[index] === undefined ? [index] : []));
  if (open.length === 0) return complete(found);
  const { format } = await engine.describe();
  const started = await startEngine(engine, platform, store.home, encoderOf(format, platform.precision));
  const session = randomUUID();
  try {
    const measured = measureModelFiles(
      {
        engine: started,
        engineVersion: started.version,
        protocol,
        signal,
        onSession: (done, total) => request.onProgress?.({ done, total }),
      },
      open.length,
      (i) => models[open[i]!]!.bytes(),
    );
    for await (const { index, outcome, conditions } of measured) {
      const { subject } = models[open[index]!]!;
      const at = new Date().toISOString();
      const measurement = asStored({
        platform: id,
        subject,
        outcome,
        protocol,
        conditions,
        purpose,
        repeat,
        session,
        at,
      });
      store.append(measurement);
      found[open[index]!] = measurement;
    }
  } finally {
    await started.close();
    await store.flush();
  }
  return complete(found);
}

/** What the store has of the models, for the same purpose and repeat. */
async function storedOf(request: MeasureRequest, platform: string): Promise<(Measurement | undefined)[]> {
  const { store, models, purpose, repeat = 1, retryFailed } = request;
  if (request.again) return models.map(() => undefined);
  const stored = new Map<string, Measurement>();
  for (const measurement of await store.query({ platform, kind: modelType })) {
    const { subject, outcome } = measurement;
    const isWanted = measurement.purpose === purpose && (measurement.repeat ?? 1) === repeat;
    if (subject.kind !== "model" || !isWanted || (retryFailed && outcome.status === "failed")) continue;
    stored.set(subject.sha256, measurement);
  }
  return models.map(({ subject }) => (subject.kind === "model" ? stored.get(subject.sha256) : undefined));
}

function contentHash(source: Uint8Array | string, bytes: () => Uint8Array): string {
  try {
    return sha256(bytes());
  } catch (error) {
    if (error instanceof EngineFailure)
      return sha256(`without a file: ${typeof source === "string" ? source : sha256(source)}`);
    throw error;
  }
}

function complete(found: readonly (Measurement | undefined)[]): Measurement[] {
  const done = found.filter((measurement) => measurement !== undefined);
  if (done.length === found.length) return done;
  throw new LitepredError(
    "interrupted",
    `${done.length} of ${found.length} models are measured`,
    "the same command goes on from there",
  );
}
