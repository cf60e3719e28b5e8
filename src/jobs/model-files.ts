/** Model files → measured whole-model latency. */
import { basename } from "node:path";
import { openStore } from "../measurements/index.js";
import { protocol as protocolNamed } from "../profiling/index.js";
import { fileForEngine } from "./encoding.js";
import { fileSubject, measureModels } from "./measure.js";
import { openLocalPlatform } from "./workspace.js";

export interface MeasureFilesRequest {
  readonly home: string;
  readonly models: readonly string[];
  readonly platform: string;
  readonly protocol: string;
  readonly again: boolean;
  readonly signal?: AbortSignal;
}

export type MeasuredFile = { readonly model: string; readonly platform: string } & (
  | {
      readonly latencyMs: number;
      /** As it just ran, and how much slower than with the core to itself. */
      readonly observedMs: number;
      readonly slowdown: number;
      /** Standard error of `latencyMs`. */
      readonly relativeError: number;
      readonly runs: number;
      readonly sessions: number;
    }
  | { readonly failed: string }
);

/** In the order of the models. @throws LitepredError for unreadable files and unknown platforms. */
export async function measureFiles(request: MeasureFilesRequest): Promise<MeasuredFile[]> {
  const local = await openLocalPlatform(request.platform, request.home);
  const { platform, id, engine } = local;
  const models = request.models.map((model) => {
    const bytes = fileForEngine(model, local);
    return { subject: fileSubject(basename(model), bytes), bytes };
  });
  const store = await openStore(request.home);
  try {
    const results = await measureModels({
      store,
      engine,
      platform,
      protocol: protocolNamed(request.protocol),
      again: request.again,
      models,
      signal: request.signal,
    });
    return results.map(({ outcome }, i) => {
      const head = { model: request.models[i]!, platform: id };
      if (outcome.status === "failed") return { ...head, failed: `${outcome.reason}: ${outcome.message}` };
      const { latencyMs, observedMs = latencyMs, relativeError = Number.NaN, runs, sessions } = outcome;
      return { ...head, latencyMs, observedMs, slowdown: observedMs / latencyMs, relativeError, runs, sessions };
    });
  } finally {
    await store.close();
  }
}
