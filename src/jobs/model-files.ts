/** Model files → measured whole-model latency. */
import { basename } from "node:path";
import { openStore } from "../measurements/index.js";
import { protocol as protocolNamed } from "../profiling/index.js";
import { fileForEngine } from "./encoding.js";
import { measureModels } from "./measure.js";
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
      readonly p10Ms: number;
      readonly medianMs: number;
      readonly runs: number;
      readonly sessions: number;
    }
  | { readonly failed: string }
);

/** In the order of the models. @throws LitepredError for unreadable files and unknown platforms. */
export async function measureFiles(request: MeasureFilesRequest): Promise<MeasuredFile[]> {
  const local = await openLocalPlatform(request.platform, request.home);
  const { platform, id, engine } = local;
  const models = request.models.map((model) => ({ name: basename(model), bytes: fileForEngine(model, local) }));
  const store = await openStore(request.home);
  try {
    const results = await measureModels({
      store,
      engine,
      platform,
      protocol: protocolNamed(request.protocol),
      again: request.again,
      models,
      ...(request.signal ? { signal: request.signal } : {}),
    });
    return results.map(({ outcome }, i) => {
      const head = { model: request.models[i]!, platform: id };
      if (outcome.status === "failed") return { ...head, failed: `${outcome.reason}: ${outcome.message}` };
      const { latencyMs, p10Ms, medianMs, runs, sessions } = outcome;
      return { ...head, latencyMs, p10Ms, medianMs, runs, sessions };
    });
  } finally {
    await store.close();
  }
}
