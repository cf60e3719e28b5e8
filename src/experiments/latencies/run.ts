/**
 * Predicted latencies of many architectures of the spaces on every platform of the pool, as one Parquet file with a data card beside it.
 * Platforms with the same fusion rules share the parts that architectures are made of; a platform predicts and sums each part once, and an
 * architecture is the sum of its parts: what `predict` gives but for the copy of the outputs (under a microsecond), and fast enough for
 * hundreds of thousands.
 */
import { availableParallelism } from "node:os";
import { groupBy, runInThreads, saveWhole } from "../../base/index.js";
import { writeColumns } from "../../measurements/index.js";
import { parsePlatformId } from "../../platforms/index.js";
import { openPool, type Pool } from "../../pool/index.js";
import { platformRules } from "../../predictors/index.js";
import { loadSpace } from "../../spaces/index.js";
import { dataCard } from "./page.js";
import { drawArchitectures, type LatenciesTask, type PredictedColumns, rulesKey } from "./task.js";

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
  /** Default: two, or one where the machine has one core. */
  readonly threads?: number | undefined;
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

export async function predictLatencies(request: LatenciesRequest): Promise<LatenciesReport> {
  const started = performance.now();
  const pool = openPool(request.home, request.pool ?? []);
  const { entries } = pool.list();
  const platforms = request.platforms ?? [...new Set(entries.map(({ platform }) => platform))].sort();
  const sources = platforms.map((platform) => pool.find(platform));
  const codes = new Map<string, readonly string[]>();
  for (const name of request.spaces)
    codes.set(name, [...drawArchitectures(await loadSpace(name), request.count, request.seed).keys()]);
  const rows = await writeColumns(request.out, columns, rowsOf(request, tasksOf(request, pool, platforms), codes));
  const spaces = Object.fromEntries([...codes].map(([name, own]) => [name, own.length]));
  const card = `${request.out}.md`;
  saveWhole(card, dataCard({ ...request, rows, counts: spaces, entries: sources }));
  return { file: request.out, card, rows, platforms, spaces, seconds: (performance.now() - started) / 1000 };
}

/**
 * Platforms with the same rules together: the parts of an architecture are found once for all of them. First those whose engine is given
 * another graph than the space's, which takes ten times as long since no parts are known there: at the end one thread would be left with it.
 */
function tasksOf({ spaces, count, seed }: LatenciesRequest, pool: Pool, platforms: readonly string[]): LatenciesTask[] {
  const rulesOf = (platform: string) => platformRules(parsePlatformId(platform), pool.load(platform).nchwcBlock);
  const known = platforms.map((platform) => ({ platform, rules: rulesOf(platform) }));
  const groups = [...groupBy(known, ({ rules }) => rulesKey(rules)).values()];
  const isSlow = (group: typeof known) => group[0]!.rules.given !== undefined;
  return [...groups.filter(isSlow), ...groups.filter((group) => !isSlow(group))].flatMap((group) =>
    spaces.map((space) => ({ space, count, seed, platforms: group.map(({ platform }) => platform) })),
  );
}

async function* rowsOf(
  request: LatenciesRequest,
  tasks: readonly LatenciesTask[],
  codes: ReadonlyMap<string, readonly string[]>,
) {
  const { home, pool: pools = [], threads = Math.min(2, availableParallelism()), signal } = request;
  const sizeOf = ({ space, platforms }: LatenciesTask) => codes.get(space)!.length * platforms.length;
  request.onStage?.(
    "predictions",
    tasks.reduce((total, task) => total + sizeOf(task), 0),
  );
  let done = 0;
  const onDone = (task: LatenciesTask) => {
    done += sizeOf(task);
    request.onProgress?.(done, task.space);
  };
  let t = 0;
  const plan = { program: "experiments/latencies/worker.js", given: { home, pools }, name: "predicting" };
  const results = runInThreads<LatenciesTask, readonly PredictedColumns[]>(tasks, { ...plan, threads, signal, onDone });
  for await (const predicted of results) {
    const { space, platforms } = tasks[t++]!;
    for (const [p, { latencyMs, lowMs, highMs, coverage }] of predicted.entries())
      yield codes.get(space)!.map((architecture, i) => ({
        ...{ space, architecture, platform: platforms[p]! },
        ...{ latency_ms: latencyMs[i]!, low_ms: lowMs[i]!, high_ms: highMs[i]!, coverage_flops: coverage[i]! },
      }));
  }
}
