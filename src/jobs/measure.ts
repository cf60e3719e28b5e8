/** Measures whole models into the store; what the store has is not measured again unless asked. */
import { randomUUID } from "node:crypto";
import { LitepredError, sha256 } from "../base/index.js";
import { type Engine, EngineFailure } from "../engines/index.js";
import { type Measurement, modelType, type Protocol, type Store } from "../measurements/index.js";
import { formatPlatformId, type Platform } from "../platforms/index.js";
import { measureModelFiles } from "../profiling/index.js";

export interface MeasureRequest {
  readonly store: Store;
  readonly engine: Engine;
  /** Resolved: no `local`, no empty version. */
  readonly platform: Platform;
  /** `bytes()` gives the model in the engine's format, and is asked again for every session; what has no form in it throws EngineFailure. */
  readonly models: readonly { readonly name: string; bytes(): Uint8Array }[];
  readonly protocol: Protocol;
  readonly again?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** In the order of the models. @throws LitepredError `interrupted` after an abort; what was measured is in the store. */
export async function measureModels(request: MeasureRequest): Promise<Measurement[]> {
  const { store, engine, platform, models, protocol, signal } = request;
  const id = formatPlatformId(platform);
  const subjects = models.map(({ name, bytes }) => ({ kind: "model", name, sha256: identity(name, bytes) }) as const);
  const stored = new Map<string, Measurement>();
  if (!request.again)
    for (const measurement of await store.query({ platform: id, kind: modelType }))
      if (measurement.subject.kind === "model") stored.set(measurement.subject.sha256, measurement);
  const found = subjects.map((subject) => stored.get(subject.sha256));
  const open = subjects.flatMap((_, index) => (found[index] === undefined ? [index] : []));
  if (open.length === 0) return complete(found);
  const { version } = await engine.describe();
  const running = await engine.start(platform);
  const session = randomUUID();
  try {
    const onSession = (done: number, total: number) => request.onProgress?.({ done, total });
    const measured = measureModelFiles(
      { engine: { running }, engineVersion: version, protocol, signal, onSession },
      open.length,
      (i) => models[open[i]!]!.bytes(),
    );
    for await (const { index, outcome, conditions } of measured) {
      const subject = subjects[open[index]!]!;
      const at = new Date().toISOString();
      const measurement: Measurement = { platform: id, subject, outcome, protocol, conditions, session, at };
      store.append(measurement);
      found[open[index]!] = measurement;
    }
  } finally {
    await running.close();
    await store.flush();
  }
  return complete(found);
}

/** Hash of the file; of the name where the model has no form in the engine's format. */
function identity(name: string, bytes: () => Uint8Array): string {
  try {
    return sha256(bytes());
  } catch (error) {
    if (error instanceof EngineFailure) return sha256(`without a file: ${name}`);
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
