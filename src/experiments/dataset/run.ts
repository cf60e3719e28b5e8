/**
 * The data set of the evaluation: architectures of the spaces measured whole on platforms of this machine, into the store. The same
 * command goes on from where it was stopped; platforms take turns in parts, so that a set cut short has all of them.
 */
import type { Engine, LocalPlatform } from "../../engines/index.js";
import { openStore, type Protocol, type Store } from "../../measurements/index.js";
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
  /** Default `quick`. */
  readonly protocol?: Protocol | undefined;
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
  /** Measured a second time. */
  readonly twice: number;
  /** Spent by this call. */
  readonly seconds: number;
  readonly secondsEach: number;
  /** Why nothing more was measured on it. */
  readonly problem?: string | undefined;
}

/** Architectures of one platform before the next has its turn. Choice: a minute. */
const part = 48;
/** Every so many-th is measured a second time, for the noise ceiling; prime to the six, then the spaces in turn. */
const repeatedEvery = 5;

/** Some architectures, for the first time or again. */
interface Look {
  readonly networks: readonly NamedNetwork[];
  readonly repeat: 1 | 2;
}

/** Second looks come a part later, so that minutes lie between, and a set cut short has them too. */
export function planLooks(networks: readonly NamedNetwork[]): Look[] {
  const looks: Look[] = [];
  let again: NamedNetwork[] = [];
  for (let from = 0; from < networks.length; from += part) {
    const own = networks.slice(from, from + part);
    looks.push({ networks: own, repeat: 1 }, { networks: again, repeat: 2 });
    again = own.filter((_, i) => (from + i) % repeatedEvery === 0);
  }
  return [...looks, { networks: again, repeat: 2 as const }].filter((look) => look.networks.length > 0);
}

export async function measureDataset(request: DatasetRequest): Promise<DatasetRow[]> {
  const { home, platforms, minutes = Number.POSITIVE_INFINITY, signal } = request;
  const networks = await networksOfDataset(request);
  const looks = planLooks(networks);
  const store = await openStore(home);
  const started = performance.now();
  const costs = new Map<string, Cost>();
  const problems = new Map<string, string>();
  try {
    const locals: LocalPlatform[] = [];
    for (const platform of platforms) locals.push(await openLocalPlatform(platform, home, request.engine));
    const each = looks.reduce((total, look) => total + look.networks.length, 0);
    request.onStage?.("architectures", each * locals.length);
    let done = 0;
    for (const look of looks)
      for (const local of locals) {
        if (signal?.aborted || performance.now() - started > minutes * 60_000) break;
        if (problems.has(local.id)) continue;
        const cost = await measureLook(request, store, local, look, (inPart) =>
          request.onProgress?.(done + inPart, local.id),
        ).catch((error: unknown) => {
          problems.set(local.id, error instanceof Error ? error.message : String(error));
          return { seconds: 0, count: 0 };
        });
        const known = costs.get(local.id) ?? { seconds: 0, count: 0 };
        costs.set(local.id, { seconds: known.seconds + cost.seconds, count: known.count + cost.count });
        done += look.networks.length;
        request.onProgress?.(done, local.id);
      }
    const rows: DatasetRow[] = [];
    for (const local of locals)
      rows.push({ ...(await rowOf(store, local, networks, costs.get(local.id))), problem: problems.get(local.id) });
    return rows;
  } finally {
    await store.close();
  }
}

interface Cost {
  readonly seconds: number;
  readonly count: number;
}

/** Those of `evaluate transfer` are measured by it already: none of them again. */
async function networksOfDataset({ spaces, count, seed }: DatasetRequest): Promise<NamedNetwork[]> {
  const { fit, test } = await networksOfExperiment();
  const counts = Object.fromEntries(spaces.map((space) => [space, count]));
  return networksOfSpaces("dataset", counts, seed, [...fit, ...test]);
}

/** What the store lacks of it; an interruption is no error, what was measured is kept. */
async function measureLook(
  { signal, protocol = protocols.quick }: DatasetRequest,
  store: Store,
  local: LocalPlatform,
  { networks, repeat }: Look,
  onProgress: (done: number) => void,
): Promise<Cost> {
  const before = performance.now();
  const known = await namesOf(store, local, repeat);
  const missing = networks.filter(({ name }) => !known.has(name));
  if (missing.length === 0) return { seconds: 0, count: 0 };
  try {
    await measureNetworks({
      ...{ store, local, networks: missing, purpose: "test", repeat, protocol, onProgress },
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
  const now = await namesOf(store, local, repeat);
  return {
    seconds: (performance.now() - before) / 1000,
    count: missing.filter(({ name }) => now.has(name)).length,
  };
}

/** Networks measured for tests, and how that went. */
async function namesOf(store: Store, { id }: LocalPlatform, repeat: number): Promise<Map<string, string>> {
  const rows = await store.query({ platform: id, kind: "model", every: true });
  return new Map(
    rows.flatMap(({ subject, outcome, purpose, repeat: own = 1 }) =>
      subject.kind === "model" && purpose === "test" && own === repeat ? [[subject.name, outcome.status]] : [],
    ),
  );
}

async function rowOf(
  store: Store,
  local: LocalPlatform,
  networks: readonly NamedNetwork[],
  cost: Cost = { seconds: 0, count: 0 },
): Promise<DatasetRow> {
  const [known, again] = [await namesOf(store, local, 1), await namesOf(store, local, 2)];
  const statuses = networks.flatMap(({ name }) => known.get(name) ?? []);
  return {
    platform: local.id,
    wanted: networks.length,
    measured: statuses.length,
    twice: networks.filter(({ name }) => again.get(name) === "ok").length,
    failed: statuses.filter((status) => status !== "ok").length,
    seconds: cost.seconds,
    secondsEach: cost.seconds / cost.count,
  };
}
