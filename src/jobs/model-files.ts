/** Model files → measured whole-model latency. */
import { basename } from "node:path";
import { openStore } from "../measurements/index.js";
import { protocol as protocolNamed } from "../profiling/index.js";
import { fileForEngine } from "./encoding.js";
import { fileSubject, measureModels } from "./measure.js";
import { assumptions, readModelBytes, readModelInterface } from "./read-model.js";
import { openLocalPlatform } from "./workspace.js";

export interface MeasureFilesRequest {
  readonly home: string;
  readonly models: readonly string[];
  readonly platform: string;
  readonly protocol: string;
  readonly again: boolean;
  /** `name=1x3x224x224`, as on the command line. */
  readonly inputs?: readonly string[];
  readonly signature?: string | undefined;
  readonly signal?: AbortSignal;
}

export type MeasuredFile = {
  readonly model: string;
  readonly platform: string;
  /** What nobody stated, a line each. */
  readonly assumed: readonly string[];
} & (
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
  | {
      readonly failed: string;
    }
);

/** In the order of the models. @throws LitepredError for unreadable files and unknown platforms. */
export async function measureFiles(request: MeasureFilesRequest): Promise<MeasuredFile[]> {
  const local = await openLocalPlatform(request.platform, request.home);
  const { platform, id, engine } = local;
  const assumed = request.models.map((model) => assumptions(readModelInterface(model, request), request));
  const models = request.models.map((model) => {
    const bytes = fileForEngine(model, local, request);
    return { subject: fileSubject(basename(model), bytes, readModelBytes(model)), bytes };
  });
  const store = await openStore(request.home);
  try {
    const results = await measureModels({
      store,
      engine,
      platform,
      protocol: protocolNamed(request.protocol),
      again: request.again,
      retryFailed: true,
      models,
      signal: request.signal,
    });
    return results.map(({ outcome }, i) => {
      const head = { model: request.models[i]!, platform: id, assumed: assumed[i]! };
      if (outcome.status === "failed") return { ...head, failed: `${outcome.reason}: ${outcome.message}` };
      const { latencyMs, observedMs = latencyMs, relativeError = Number.NaN, runs, sessions } = outcome;
      return { ...head, latencyMs, observedMs, slowdown: observedMs / latencyMs, relativeError, runs, sessions };
    });
  } finally {
    await store.close();
  }
}
