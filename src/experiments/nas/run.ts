/**
 * The table of searched networks: on each platform the baselines are measured, then networks are searched under what each takes, some of
 * the front measured and the predictor corrected; at the end baselines and what was found take turns. What was searched and measured is
 * kept: the same call goes on from there, but for the looks at the end.
 */
import { LitepredError } from "../../base/index.js";
import type { Engine } from "../../engines/index.js";
import { encoderOf } from "../../jobs/encoding.js";
import type { LocalPlatform } from "../../jobs/local-platform.js";
import { type ModelToMeasure, measureModels } from "../../jobs/measure.js";
import { type FoundArchitecture, search } from "../../jobs/search.js";
import { openLocalPlatform } from "../../jobs/workspace.js";
import { networkSubject, openStore } from "../../measurements/index.js";
import { protocol as protocolNamed } from "../../profiling/index.js";
import { loadSpace } from "../../spaces/index.js";
import { baselines, looks, margin, searchedSpace } from "./plan.js";
import { type NasReport, type NasRow, nasRow } from "./report.js";

export interface EvaluateNasRequest {
  readonly home: string;
  readonly platforms: readonly string[];
  readonly evaluations: number;
  /** Networks to measure in each round of each search. */
  readonly verify: number;
  readonly protocol: string;
  readonly seed: number;
  /** To measure with, by platform id; default: the one that the id names. */
  readonly engines?: Readonly<Record<string, Engine>>;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

const level = 0.9;

export async function evaluateNas(request: EvaluateNasRequest): Promise<NasReport> {
  const rows: NasRow[] = [];
  const problems: NasReport["problems"][number][] = [];
  for (const platform of request.platforms) {
    try {
      rows.push(...(await onPlatform(request, platform)));
    } catch (error) {
      if (!(error instanceof LitepredError) || error.code === "interrupted") throw error;
      problems.push({ platform, problem: error.message });
    }
  }
  return { date: new Date().toISOString(), level, rows, problems };
}

async function onPlatform(request: EvaluateNasRequest, wanted: string): Promise<NasRow[]> {
  const local = await openLocalPlatform(wanted, request.home, request.engines?.[wanted]);
  const encode = encoderOf(local.description.format, local.platform.precision);
  const graphs = await Promise.all(baselines.map((baseline) => baseline.graph()));
  const models = baselines.map(({ name }, i) => ({
    subject: networkSubject(`nas/${name}`),
    bytes: () => encode(graphs[i]!),
  }));
  request.onStage?.(`baselines on ${local.id}`, baselines.length);
  const first = await lookAt(request, local, models, 1, false);
  const found: FoundArchitecture[][] = [];
  for (const baselineMs of first) found.push(await searchUnder(request, local, baselineMs));
  const all = [...models, ...(await found.flat().reduce(distinctModels(encode), Promise.resolve([])))];
  const looksMs: number[][] = [];
  for (let look = 0; look < looks; look++) {
    request.onStage?.(`look ${look + 1} of ${looks} at ${all.length} networks on ${local.id}`, all.length);
    looksMs.push(await lookAt(request, local, all, 2 + look, true));
  }
  const looksOf = (name: string) => {
    const at = all.findIndex(({ subject }) => subject.kind === "model" && subject.name === name);
    return looksMs.map((look) => look[at]!).filter((ms) => !Number.isNaN(ms));
  };
  return baselines.map(({ name, publishedTop1 }, i) =>
    nasRow(
      { platform: local.id, baseline: name, publishedTop1 },
      looksOf(`nas/${name}`),
      found[i]!.map((one) => ({ found: one, looksMs: looksOf(nameOf(one)) })),
    ),
  );
}

const nameOf = ({ encoding }: FoundArchitecture) => `${searchedSpace}/${encoding.join("-")}`;

/** Adds a network once, whichever searches found it. */
const distinctModels =
  (encode: ReturnType<typeof encoderOf>) =>
  async (before: Promise<ModelToMeasure[]>, one: FoundArchitecture): Promise<ModelToMeasure[]> => {
    const models = await before;
    const subject = networkSubject(nameOf(one));
    if (models.some((known) => known.subject.kind === "model" && known.subject.name === nameOf(one))) return models;
    const space = await loadSpace(searchedSpace);
    return [...models, { subject, bytes: () => encode(space.toGraph(one.architecture)) }];
  };

/** The measured ones of the front. */
async function searchUnder(
  request: EvaluateNasRequest,
  local: LocalPlatform,
  baselineMs: number,
): Promise<FoundArchitecture[]> {
  const { home, evaluations, verify, protocol, seed, signal } = request;
  if (Number.isNaN(baselineMs)) return [];
  const { best } = await search({
    ...{ home, evaluations, verify, protocol, seed, signal, level },
    space: searchedSpace,
    platforms: [local.id],
    maxLatencyMs: [margin * baselineMs],
    engines: { [local.id]: local.engine },
    onStage: request.onStage?.bind(request),
    onProgress: request.onProgress?.bind(request),
  });
  return best.filter(({ verified }) => verified);
}

/** NaN for what the engine could not run. */
async function lookAt(
  { home, protocol, signal, ...request }: EvaluateNasRequest,
  local: LocalPlatform,
  models: readonly ModelToMeasure[],
  repeat: number,
  again: boolean,
): Promise<number[]> {
  const store = await openStore(home);
  try {
    const measured = await measureModels({
      ...{ store, engine: local.engine, platform: local.platform, models, repeat, again, signal },
      protocol: protocolNamed(protocol),
      purpose: "test",
      onProgress: ({ done, total }) => request.onProgress?.(Math.round((models.length * done) / total)),
    });
    return measured.map(({ outcome }) => (outcome.status === "ok" ? outcome.latencyMs : Number.NaN));
  } finally {
    await store.close();
  }
}
