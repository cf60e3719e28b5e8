/**
 * Predicted latencies of many architectures of the spaces on every platform of the pool, as one Parquet file with a data card beside it.
 * Platforms with the same fusion rules share the kernel lists, and every distinct kernel of a platform is predicted once.
 */
import { createRandom, LitepredError, saveWhole, stableJson } from "../../base/index.js";
import type { Detection, FusionRules } from "../../kernels/index.js";
import { writeColumns } from "../../measurements/index.js";
import { openPool } from "../../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../../predictors/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { kernelLists, loadSpace } from "../../spaces/index.js";
import { dataCard } from "./page.js";

export interface LatenciesRequest {
  readonly home: string;
  readonly pool?: readonly string[] | undefined;
  readonly spaces: readonly string[];
  /** Architectures of each space. */
  readonly count: number;
  readonly seed: number;
  /** Default: every platform of the pool. */
  readonly platforms?: readonly string[] | undefined;
  /** The Parquet file; the card is `<file>.md`. */
  readonly out: string;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface LatenciesReport {
  readonly file: string;
  readonly card: string;
  readonly rows: number;
  readonly platforms: readonly string[];
  readonly spaces: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const columns = {
  space: "VARCHAR",
  architecture: "VARCHAR",
  platform: "VARCHAR",
  latency_ms: "DOUBLE",
  low_ms: "DOUBLE",
  high_ms: "DOUBLE",
  coverage_flops: "DOUBLE",
} as const;

/** Architectures at a time. Choice: some megabytes of kernel lists. */
const batch = 500;

export async function predictLatencies(request: LatenciesRequest): Promise<LatenciesReport> {
  const started = performance.now();
  const pool = openPool(request.home, request.pool ?? []);
  const entries = pool.list().entries;
  const platforms = request.platforms ?? [...new Set(entries.map(({ platform }) => platform))].sort();
  const predictors: PlatformPredictor[] = [];
  const sources = new Map(entries.map((entry) => [entry.platform, entry]));
  try {
    for (const platform of platforms) predictors.push(await loadPlatformPredictor(pool.load(platform), onnxRuntime));
    const spaces: Record<string, number> = {};
    const rows = await writeColumns(request.out, columns, rowsOf(request, predictors, spaces));
    const card = `${request.out}.md`;
    saveWhole(card, dataCard({ ...request, rows, counts: spaces, entries: platforms.map((id) => sources.get(id)!) }));
    return { file: request.out, card, rows, platforms, spaces, seconds: (performance.now() - started) / 1000 };
  } finally {
    for (const predictor of predictors) await predictor.release();
  }
}

async function* rowsOf(
  request: LatenciesRequest,
  predictors: readonly PlatformPredictor[],
  counts: Record<string, number>,
) {
  const { spaces, count, seed, signal } = request;
  request.onStage?.("architectures", spaces.length * count);
  let done = 0;
  for (const name of spaces) {
    const space = await loadSpace(name);
    const random = createRandom(`${seed}/latencies/${name}`);
    const lists = listsByRules(predictors, (rules) => kernelLists(space, rules));
    const seen = new Set<string>();
    counts[name] = 0;
    for (let misses = 0; counts[name] < count && misses < 50 * batch; ) {
      const architectures: { code: string; architecture: unknown }[] = [];
      while (architectures.length < Math.min(batch, count - counts[name]) && misses < 50 * batch) {
        const architecture = space.sample(random);
        const code = space.encode(architecture).join("-");
        if (seen.has(code)) {
          misses++;
          continue;
        }
        seen.add(code);
        architectures.push({ code, architecture });
      }
      counts[name] += architectures.length;
      for (const [lister, own] of lists) {
        const detections = architectures.map(({ architecture }) => lister(architecture));
        for (const predictor of own) {
          if (signal?.aborted) throw new LitepredError("interrupted", "predicting was interrupted");
          yield await predictBatch(name, architectures, detections, predictor);
        }
      }
      done += architectures.length;
      request.onProgress?.(done, name);
    }
  }
}

type Lister = (architecture: never) => Detection;

/** Predictors by their rules: each list of kernels is made once for all that share them. */
function listsByRules(
  predictors: readonly PlatformPredictor[],
  create: (rules: FusionRules) => Lister,
): Map<(architecture: unknown) => Detection, PlatformPredictor[]> {
  const byRules = new Map<string, { lister: (architecture: unknown) => Detection; own: PlatformPredictor[] }>();
  for (const predictor of predictors) {
    const { engine, nchwcBlock, given } = predictor.rules;
    const key = stableJson([engine, nchwcBlock, given !== undefined]);
    const known = byRules.get(key);
    if (known !== undefined) known.own.push(predictor);
    else
      byRules.set(key, {
        lister: create(predictor.rules) as (architecture: unknown) => Detection,
        own: [predictor],
      });
  }
  return new Map([...byRules.values()].map(({ lister, own }) => [lister, own]));
}

async function predictBatch(
  space: string,
  architectures: readonly { readonly code: string }[],
  detections: readonly Detection[],
  predictor: PlatformPredictor,
) {
  const predicted = await predictor.predictAll(detections);
  return predicted.map(({ latencyMs, interval, coverage }, i) => ({
    space,
    architecture: architectures[i]!.code,
    platform: predictor.platform,
    latency_ms: latencyMs,
    low_ms: interval.lowMs,
    high_ms: interval.highMs,
    coverage_flops: coverage.flops,
  }));
}
