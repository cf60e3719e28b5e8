/**
 * The data set of the evaluation: architectures of the spaces measured whole on platforms of this machine, into the store. The same
 * command goes on from where it was stopped; platforms take turns in parts, so that a set cut short has all of them.
 */
import type { Engine, LocalPlatform } from "../../engines/index.js";
import { networkSubject, openStore, type Store } from "../../measurements/index.js";
import { measureNetworks } from "../../measuring/index.js";
import { protocols } from "../../profiling/index.js";
import { type NamedNetwork, networksOfSpaces } from "../../sampling/index.js";
import { openLocalPlatform } from "../../workspace/index.js";
import { networksOfExperiment } from "../transfer/plan.js";

export interface DatasetRequest {
  readonly home: string;
  readonly platforms: readonly string[];
  readonly spaces: readonly string[];
  /** Architectures of each space. */
  readonly count: number;
  readonly seed: number;
  /** No part is begun after so many minutes. */
  readonly minutes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the platforms' own, for tests. */
  readonly engine?: Engine | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface DatasetRow {
  readonly platform: string;
  readonly wanted: number;
  /** In the store by now, failures included. */
  readonly measured: number;
  readonly failed: number;
  /** Spent by this call. */
  readonly seconds: number;
  readonly secondsEach: number;
}

/** Architectures of one platform before the next has its turn. Choice: a few minutes. */
const part = 60;

export async function measureDataset(request: DatasetRequest): Promise<DatasetRow[]> {
  const { home, platforms, minutes = Number.POSITIVE_INFINITY, signal } = request;
  const networks = await networksOfDataset(request);
  const store = await openStore(home);
  const started = performance.now();
  const seconds = new Map<string, { spent: number; count: number }>();
  try {
    const locals: LocalPlatform[] = [];
    for (const platform of platforms) locals.push(await openLocalPlatform(platform, home, request.engine));
    request.onStage?.("architectures", networks.length * locals.length);
    let done = 0;
    for (let from = 0; from < networks.length; from += part)
      for (const local of locals) {
        if (signal?.aborted || performance.now() - started > minutes * 60_000) break;
        const own = networks.slice(from, from + part);
        const cost = await measurePart(request, store, local, own, (inPart) =>
          request.onProgress?.(done + inPart, local.id),
        );
        const known = seconds.get(local.id) ?? { spent: 0, count: 0 };
        seconds.set(local.id, { spent: known.spent + cost.spent, count: known.count + cost.count });
        done += own.length;
      }
    const rows: DatasetRow[] = [];
    for (const local of locals) rows.push(await rowOf(store, local, networks, seconds.get(local.id)));
    return rows;
  } finally {
    await store.close();
  }
}

/** Those of `evaluate transfer` are measured by it already: none of them again. */
async function networksOfDataset({ spaces, count, seed }: DatasetRequest): Promise<NamedNetwork[]> {
  const { fit, test } = await networksOfExperiment();
  const counts = Object.fromEntries(spaces.map((space) => [space, count]));
  return networksOfSpaces("dataset", counts, seed, [...fit, ...test]);
}

async function measurePart(
  { signal }: DatasetRequest,
  store: Store,
  local: LocalPlatform,
  own: readonly NamedNetwork[],
  onProgress: (done: number) => void,
): Promise<{ spent: number; count: number }> {
  const before = performance.now();
  const missing: NamedNetwork[] = [];
  for (const network of own)
    if (!(await store.has({ platform: local.id, subject: networkSubject(network.name), purpose: "test" })))
      missing.push(network);
  if (missing.length === 0) return { spent: 0, count: 0 };
  await measureNetworks({
    ...{ store, local, networks: missing, purpose: "test", protocol: protocols.quick, onProgress },
    ...(signal && { signal }),
  });
  return { spent: (performance.now() - before) / 1000, count: missing.length };
}

async function rowOf(
  store: Store,
  local: LocalPlatform,
  networks: readonly NamedNetwork[],
  cost = { spent: 0, count: 0 },
): Promise<DatasetRow> {
  const names = new Set(networks.map(({ name }) => name));
  const all = await store.query({ platform: local.id, every: true });
  const own = new Map(
    all.flatMap(({ subject, outcome, purpose }) =>
      subject.kind === "model" && purpose === "test" && names.has(subject.name) ? [[subject.name, outcome.status]] : [],
    ),
  );
  return {
    platform: local.id,
    wanted: networks.length,
    measured: own.size,
    failed: [...own.values()].filter((status) => status !== "ok").length,
    seconds: cost.spent,
    secondsEach: cost.spent / cost.count,
  };
}
