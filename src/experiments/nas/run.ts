/**
 * `litepred evaluate nas`: the table of hardware-aware search. On each platform the rivals are measured; for each a search under its
 * latency, which measures some of its front and corrects itself; then a look in which the rivals and the best found take turns chooses
 * finalists, and another one, of rivals and finalists alone, is what is reported: what was chosen for its luck shows it there. Searches
 * are kept as they go, and platforms as they end.
 */
import { LitepredError, sha256 } from "../../base/index.js";
import { type Engine, encoderOf, type LocalPlatform } from "../../engines/index.js";
import type { Graph } from "../../graph/index.js";
import { type FoundArchitecture, search } from "../../jobs/search.js";
import { networkSubject, openStore } from "../../measurements/index.js";
import { openPool } from "../../pool/index.js";
import { measureModels, protocol as protocolNamed } from "../../profiling/index.js";
import { loadSpace } from "../../spaces/index.js";
import { openLocalPlatform } from "../../workspace/index.js";
import { keptFile, keptValue } from "../kept-runs.js";
import { today } from "../markdown.js";
import { candidatesOf, type RivalNetwork, rivals } from "./plan.js";
import { finalistsOf, mostAccurateWithin, type NasReport, type NasRow, type Tried } from "./report.js";

export interface EvaluateNasRequest {
  readonly home: string;
  readonly platforms: readonly string[];
  /** Of each search. */
  readonly evaluations: number;
  /** Networks of each front that are measured in a round. */
  readonly verify: number;
  /** Networks that are tried beside each rival. */
  readonly candidates: number;
  readonly protocol: string;
  readonly seed: number;
  /** Names the run: the same name goes on with it. */
  readonly name: string;
  /** To measure with, by platform id. */
  readonly engines?: Readonly<Record<string, Engine>>;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

const spaceName = "ofa-mobilenetv3-deployed";

export async function evaluateNas(request: EvaluateNasRequest): Promise<NasReport> {
  const rows: NasRow[] = [];
  const problems: { platform: string; problem: string }[] = [];
  for (const platform of request.platforms)
    try {
      rows.push(...(await keptValue(fileOf(request, platform), () => onPlatform(request, platform))));
    } catch (error) {
      if (!(error instanceof LitepredError) || error.code === "interrupted") throw error;
      problems.push({ platform, problem: [error.message, error.hint].filter((text) => text !== "").join("; ") });
    }
  const { evaluations, protocol } = request;
  return { date: today(), evaluations, protocol, rows, problems };
}

function fileOf({ home, evaluations, verify, candidates, protocol, seed, name }: EvaluateNasRequest, platform: string) {
  return keptFile(home, "nas", { platform, evaluations, verify, candidates, protocol, seed, name });
}

interface Network {
  readonly name: string;
  graph(): Graph;
}

async function onPlatform(request: EvaluateNasRequest, id: string): Promise<NasRow[]> {
  const local = await openLocalPlatform(id, request.home, request.engines?.[id]);
  // Before anything is measured: without a predictor there is no search.
  openPool(request.home).load(local.id);
  const networks = await rivalNetworks();
  const first = await takeLook(request, local, "first", networks);
  const found: FoundArchitecture[][] = [];
  for (const rivalMs of first) found.push(await searchUnder(request, local.id, rivalMs!));
  const second = await lookBeside(request, local, "second", networks, found);
  const finalists = second.map(({ rivalMs, tried }) => finalistsOf(tried, rivalMs));
  const last = await lookBeside(request, local, "last", networks, finalists);
  return last.map((beside, i) => rowOf(local.id, rivals[i]!, beside));
}

/** A rival and what was tried beside it, in one look. */
interface Beside {
  readonly rivalMs: number;
  readonly tried: readonly Tried<FoundArchitecture>[];
}

/** The rivals and what was found for each, all taking turns. */
async function lookBeside(
  request: EvaluateNasRequest,
  local: LocalPlatform,
  which: string,
  networks: readonly Network[],
  found: readonly (readonly FoundArchitecture[])[],
): Promise<Beside[]> {
  const space = await loadSpace(spaceName);
  // Found for several rivals, it is measured once.
  const distinct = [...new Map(found.flat().map((one) => [one.encoding.join(), one])).values()];
  const others = distinct.map(
    ({ encoding, architecture }): Network => ({
      name: `${spaceName}/${encoding.join("-")}`,
      graph: () => space.toGraph(architecture),
    }),
  );
  const looked = await takeLook(request, local, which, [...networks, ...others]);
  const msOf = new Map(distinct.map(({ encoding }, i) => [encoding.join(), looked[networks.length + i]]));
  return found.map((own, i) => ({
    rivalMs: looked[i]!,
    tried: own.map((candidate) => ({ candidate, measuredMs: msOf.get(candidate.encoding.join()) })),
  }));
}

/** The most accurate finalist that is no slower in the last look; where all are, the fastest of them, and the row shows it. */
function rowOf(platform: string, { name, published, aim }: RivalNetwork, { rivalMs, tried }: Beside): NasRow {
  const row = { platform, rival: name, published, aim, rivalMs };
  const ran = tried.flatMap(({ candidate, measuredMs }) =>
    measuredMs === undefined ? [] : [{ candidate, measuredMs }],
  );
  const fastest = Math.min(...ran.map(({ measuredMs }) => measuredMs));
  const chosen = mostAccurateWithin(ran, Math.max(rivalMs, fastest));
  const own = ran.find(({ candidate }) => candidate === chosen);
  return own === undefined ? row : { ...row, ours: foundIn(own.candidate, own.measuredMs) };
}

const rivalNetworks = (): Promise<Network[]> =>
  Promise.all(
    rivals.map(async ({ name, graph }) => {
      const built = await graph();
      return { name, graph: () => built };
    }),
  );

/** The networks that are tried beside the rival: none where its latency is out of reach. */
async function searchUnder(request: EvaluateNasRequest, platform: string, budgetMs: number) {
  const { home, evaluations, verify, protocol, seed, signal, engines, onStage, onProgress } = request;
  const report = await search({
    ...{ home, evaluations, verify, protocol, seed, signal, onStage, onProgress },
    ...(engines && { engines }),
    space: spaceName,
    platforms: [platform],
    maxLatencyMs: [budgetMs],
  });
  return candidatesOf(report, budgetMs, request.candidates);
}

function foundIn({ architecture, accuracy, accuracyInterval, platforms, macs, params }: FoundArchitecture, ms: number) {
  return {
    ...{ architecture, accuracy, macs, params },
    lowAccuracy: accuracyInterval.low,
    highAccuracy: accuracyInterval.high,
    predictedMs: platforms[0]!.latencyMs,
    measuredMs: ms,
  };
}

/** Milliseconds of each at the reference state; all of a look take turns. A rival must run; a network found may fail. */
async function takeLook(
  request: EvaluateNasRequest,
  { engine, platform, description }: LocalPlatform,
  which: string,
  networks: readonly Network[],
): Promise<(number | undefined)[]> {
  const { home, protocol, signal, name } = request;
  const encode = encoderOf(description.format, platform.precision);
  const store = await openStore(home);
  request.onStage?.(`${which} look`, networks.length);
  try {
    const measured = await measureModels({
      ...{ store, engine, platform, signal },
      // Of this run and look alone: what an earlier one has measured, at another time, is no comparison.
      models: networks.map((network) => ({
        subject: networkSubject(`nas/${sha256(`${name}/${which}`).slice(0, 8)}/${network.name}`),
        bytes: () => encode(network.graph()),
      })),
      protocol: protocolNamed(protocol),
      purpose: "test",
      onProgress: ({ done, total }) => request.onProgress?.(Math.round((networks.length * done) / total)),
    });
    return measured.map(({ outcome }, i) => {
      if (outcome.status === "ok") return outcome.latencyMs;
      if (i >= rivals.length) return undefined;
      throw new LitepredError("engine-unavailable", `${networks[i]!.name}: ${outcome.reason}: ${outcome.message}`);
    });
  } finally {
    await store.close();
  }
}
