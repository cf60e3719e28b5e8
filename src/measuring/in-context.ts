/**
 * What a platform's predictor is made from where kernels are timed in context: sampled networks under the profiler, chosen so that they
 * say most per second, then kernels at the edges of what these had.
 */
import { inTurn, LitepredError } from "../base/index.js";
import type { LocalPlatform } from "../engines/index.js";
import { detectKernels, type KernelConfig, kernelTypeOf, runsAlone } from "../kernels/index.js";
import { type KernelRows, kernelRows, type Store } from "../measurements/index.js";
import { hasExactRules } from "../predictors/index.js";
import {
  type ProfiledModels,
  type ProfileResult,
  profileInModels,
  profileKernels,
  protocols,
} from "../profiling/index.js";
import {
  batchConfigs,
  edgeConfigs,
  type Network,
  type PlannedKernel,
  planNetworks,
  rareTypes,
  reservedForFits,
  sequenceOfNetworks,
  typicalConfigs,
} from "../sampling/index.js";
import { timedSpaceNames } from "../spaces/index.js";
import { rulesOf } from "../workspace/index.js";

export interface InContextRequest {
  readonly store: Store;
  readonly local: LocalPlatform;
  /** Most networks. */
  readonly networks: number;
  /** Of measuring; default unlimited. */
  readonly minutes?: number | undefined;
  readonly seed: number;
  /** That the networks are drawn from; default all, and the medleys. */
  readonly spaces?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

/** The engine tells the times of operators, and rules or names which kernel's they are. */
export const timesInContext = ({ description, platform }: LocalPlatform): boolean =>
  platform.processor === "cpu" &&
  (description.inModels === "names" || (description.inModels === "nodes" && hasExactRules(platform)));

/** Networks to choose from. Choice: all families ten times. */
const pool = 420;
/**
 * Longer ones take more time than they tell: 11 GFLOPs are a quarter of a second. With 4 no AutoFormer of more than four heads was among them, and
 * those that were measured whole came out 15 % too low (Xeon); with 8 two of nine were, and what was fitted here was 10 % too low (EPYC).
 */
const mostFlops = 11e9;
/** Of the minutes, those that go to networks; the rest to kernels alone. Choice. */
const networksShare = 0.7;
/** Kernels at the edges. Choice. */
const edgesPerMinute = 100;
const edgesAtMost = 500;
/**
 * Kernels of types that the networks lack, and kernels in batches, by type; of these as many as the time allows. Choice: with 45 a minute a
 * third of the time for kernels alone was used (20 a second on a quiet EPYC), and six of 46 exported networks had kernels out of range.
 */
const rarePerType = 40;
const rarePerMinute = 120;
const batchedPerType = 20;
const batchedPerMinute = 30;

/** Seconds, best network first. @throws LitepredError `internal` for an engine that is not timed so */
export async function profileInContext(request: InContextRequest): Promise<ProfiledModels & ProfileResult> {
  const { store, local, signal } = request;
  if (!timesInContext(local)) throw new LitepredError("bad-usage", `${local.id} is not timed in context`);
  const rules = rulesOf(local.platform);
  const models = await chooseNetworks(request);
  const started = performance.now();
  const until = (share: number) =>
    request.minutes === undefined ? undefined : started + 60_000 * share * request.minutes;
  request.onStage?.("kernels inside networks", models.length);
  const inModels = await profileInModels({
    store,
    local,
    rules,
    models,
    untilMs: until(networksShare),
    signal,
    onProgress: request.onProgress?.bind(request),
  });
  const minutes = request.minutes ?? Number.POSITIVE_INFINITY;
  const measured = kernelRows(
    await store.query({ platform: local.id, kind: "kernel", purpose: "in-model", every: true }),
  );
  const alone = (kernels: readonly PlannedKernel[]) =>
    kernels.filter(({ type, config }) => runsAlone(type, config, rules));
  const edges = inTurn([
    alone(edgeKernels(measured)).slice(0, Math.min(edgesAtMost, edgesPerMinute * minutes)),
    alone(rareKernels(request.seed)).slice(0, rarePerMinute * minutes),
    alone(batchedKernels(measured, request.seed)).slice(0, batchedPerMinute * minutes),
  ]);
  request.onStage?.("kernels alone", edges.length);
  const atEdges = await profileKernels({
    store,
    engine: local.engine,
    platform: local.platform,
    kernels: edges,
    protocol: protocols.brief,
    untilMs: until(1),
    signal,
    onProgress: ({ done, failed }) => request.onProgress?.(done, failed > 0 ? `${failed} failed` : ""),
  });
  return {
    ...inModels,
    measured: inModels.kernels + atEdges.measured,
    failed: inModels.failed + atEdges.failed,
    skipped: inModels.skipped + atEdges.skipped,
  };
}

async function chooseNetworks({
  local,
  networks,
  seed,
  spaces = timedSpaceNames,
}: InContextRequest): Promise<Network[]> {
  const rules = rulesOf(local.platform);
  const all = (await sequenceOfNetworks(pool, seed, { skip: reservedForFits, spaces }))
    .map((network) => ({ network, kernels: detectKernels(network.graph, rules).kernels }))
    .filter(({ kernels }) => kernels.reduce((total, { flops }) => total + flops, 0) <= mostFlops);
  return planNetworks(all, networks).map((i) => all[i]!.network);
}

const typed = (type: string, configs: readonly KernelConfig[]) => configs.map((config) => ({ type, config }));

/** Those beyond what the networks' kernels have; types in turn, so that a part of the list is of all of them. */
const edgeKernels = (rows: readonly KernelRows[]) =>
  inTurn(
    rows
      .filter(({ type }) => kernelTypeOf(type).graph !== undefined)
      .map(({ type, configs }) => typed(type, edgeConfigs(type, configs))),
  );

/** Of types that the networks lack. */
const rareKernels = (seed: number) =>
  inTurn(rareTypes.map((type) => typed(type, typicalConfigs(type, rarePerType, seed))));

/** Of those that the networks have with one image. */
const batchedKernels = (rows: readonly KernelRows[], seed: number) =>
  inTurn(rows.map(({ type, configs }) => typed(type, batchConfigs(type, configs, batchedPerType, seed))));
