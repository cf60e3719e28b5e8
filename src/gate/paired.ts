/**
 * Two versions of a model on one engine, in rounds: in each both are loaded anew and take turns side by side, so that what disturbs one
 * disturbs the other. Rounds go on until the verdict is clear, or there were enough.
 */
import { basename } from "node:path";
import { holds, pairedTest } from "../analysis/index.js";
import type { LocalPlatform } from "../engines/index.js";
import { openStore } from "../measurements/index.js";
import { fileForEngine } from "../measuring/index.js";
import { fileSubject, measureModels, protocols } from "../profiling/index.js";

export interface PairedRequest {
  readonly home: string;
  readonly local: LocalPlatform;
  readonly model: string;
  readonly before: string;
  /** Most that it may be slower, relative. */
  readonly limit: number;
  readonly confidence: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRound?: ((done: number, total: number) => void) | undefined;
}

export interface Paired {
  /** After ÷ before. */
  readonly ratio: number;
  /** P(ratio − 1 > limit). */
  readonly probability: number;
  readonly rounds: number;
  readonly beforeMs: number;
}

/** Fewer say nothing on their spread; more do not pay. Choice. */
const leastRounds = 4;
const mostRounds = 12;

/** @returns why one of them cannot be measured, as text */
export async function measurePaired(request: PairedRequest): Promise<Paired | string> {
  const { local, limit, confidence } = request;
  const models = [request.model, request.before].map((path) => {
    const bytes = fileForEngine(path, local);
    return { subject: fileSubject(basename(path), bytes), bytes };
  });
  const store = await openStore(request.home);
  const ratios: number[] = [];
  const befores: number[] = [];
  try {
    for (let round = 1; ; round++) {
      const { engine, platform } = local;
      const measured = await measureModels({
        ...{ store, engine, platform, models, again: true, repeat: round, signal: request.signal },
        protocol: protocols.brief,
        purpose: "test",
      });
      const [after, before] = measured.map(({ outcome }) => outcome);
      if (after?.status !== "ok") return after === undefined ? "not measured" : `${after.reason}: ${after.message}`;
      if (before?.status !== "ok") return `before: ${before?.status === "failed" ? before.message : "not measured"}`;
      ratios.push(after.latencyMs / before.latencyMs);
      befores.push(before.latencyMs);
      request.onRound?.(round, mostRounds);
      if (round < leastRounds) continue;
      const test = pairedTest(ratios, limit);
      const isClear = holds(test.probability, confidence) || holds(1 - test.probability, confidence);
      if (isClear || round >= mostRounds) return { ...test, rounds: round, beforeMs: geometricMean(befores) };
    }
  } finally {
    await store.close();
  }
}

const geometricMean = (values: readonly number[]) =>
  Math.exp(values.reduce((total, value) => total + Math.log(value), 0) / values.length);
