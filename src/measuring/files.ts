/** Model files → measured whole-model latency, on a platform that is open. */
import { basename } from "node:path";
import { type BadFile, badFileOf, isBad } from "../base/index.js";
import type { LocalPlatform } from "../engines/index.js";
import { openStore } from "../measurements/index.js";
import { fileSubject, type ModelToMeasure, measureModels, protocol as protocolNamed } from "../profiling/index.js";
import { assumptions, readModelBytes, readModelInterface } from "../workspace/index.js";
import { fileForEngine } from "./encoding.js";

export interface FilesRequest {
  readonly home: string;
  readonly models: readonly string[];
  readonly protocol: string;
  readonly again: boolean;
  /** `name=1x3x224x224`, as on the command line. */
  readonly inputs?: readonly string[];
  readonly signature?: string | undefined;
  readonly signal?: AbortSignal | undefined;
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
  | { readonly failed: string }
);

/** In the order of the models; a file that cannot be read is a row that says why. */
export async function measureFilesOn(local: LocalPlatform, request: FilesRequest): Promise<(MeasuredFile | BadFile)[]> {
  const files = request.models.map((model) =>
    badFileOf(model, (): NamedModel => {
      const assumed = assumptions(readModelInterface(model, request), request);
      const bytes = fileForEngine(model, local, request);
      return { model, subject: fileSubject(basename(model), bytes, readModelBytes(model)), bytes, assumed };
    }),
  );
  const readable = files.filter((file): file is NamedModel => !isBad(file));
  const measured = readable.length === 0 ? [] : await measureReadable(request, local, readable);
  const rows = measured.values();
  return files.map((file) => (isBad(file) ? file : rows.next().value!));
}

type NamedModel = ModelToMeasure & Pick<MeasuredFile, "model" | "assumed">;

async function measureReadable(
  request: FilesRequest,
  { platform, id, engine }: LocalPlatform,
  models: readonly NamedModel[],
): Promise<MeasuredFile[]> {
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
      const head = { model: models[i]!.model, platform: id, assumed: models[i]!.assumed };
      if (outcome.status === "failed") return { ...head, failed: `${outcome.reason}: ${outcome.message}` };
      const { latencyMs, observedMs = latencyMs, relativeError = Number.NaN, runs, sessions } = outcome;
      return { ...head, latencyMs, observedMs, slowdown: observedMs / latencyMs, relativeError, runs, sessions };
    });
  } finally {
    await store.close();
  }
}
