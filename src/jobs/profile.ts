/** Profiles a platform for base predictors: kernels in context or alone, then networks whole for the correction. */
import { createRandom, LitepredError, unknownName } from "../base/index.js";
import { isKernelTypeName, kernelTypeNames, runsAlone } from "../kernels/index.js";
import { openStore } from "../measurements/index.js";
import { measureNetworks, profileInContext, timesInContext } from "../measuring/index.js";
import { profileKernels, protocol as protocolNamed, protocols } from "../profiling/index.js";
import {
  collectStatistics,
  loadSampler,
  networksToFit,
  planKernels,
  rareTypes,
  type SpaceStatistics,
  typicalConfigs,
} from "../sampling/index.js";
import { loadSpaces } from "../spaces/index.js";
import { openLocalPlatform, rulesOf } from "../workspace/index.js";

export interface PlatformProfileRequest {
  readonly home: string;
  readonly platform: string;
  /** Default: all kernel types that the spaces need. */
  readonly types?: readonly string[] | undefined;
  /** Kernel configs over all types, measured alone. */
  readonly count: number;
  /** Networks measured whole for the correction. */
  readonly models: number;
  /** Networks whose kernels are timed where they run, on engines with a profiler. */
  readonly profiledModels: number;
  /** Of measuring kernels inside networks, and those alone that they lack; default unlimited. */
  readonly minutes?: number | undefined;
  readonly sampler: string;
  readonly protocol: string;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface PlatformProfile {
  readonly platform: string;
  readonly measured: number;
  readonly failed: number;
  readonly skipped: number;
  /** Operators of the spaces without a rule, with their counts. */
  readonly unsupported: Readonly<Record<string, number>>;
}

export async function profilePlatform(request: PlatformProfileRequest): Promise<PlatformProfile> {
  checkNumbers(request);
  const { seed, signal, minutes } = request;
  const local = await openLocalPlatform(request.platform, request.home);
  const callbacks = { signal, onStage: request.onStage?.bind(request), onProgress: request.onProgress?.bind(request) };
  const rules = rulesOf(local.platform);
  const statistics = collectStatistics({
    spaces: await loadSpaces(),
    rules,
    random: createRandom(`${seed}/statistics`),
  });
  const kernels = (await chooseKernels(request, statistics)).filter(({ type, config }) =>
    runsAlone(type, config, rules),
  );
  const store = await openStore(request.home);
  try {
    request.onStage?.("kernels", kernels.length);
    const alone = await profileKernels({
      store,
      engine: local.engine,
      platform: local.platform,
      kernels,
      protocol: protocolNamed(request.protocol),
      signal,
      onProgress: ({ done, failed }) => request.onProgress?.(done, failed > 0 ? `${failed} failed` : ""),
    });
    const inContext =
      request.profiledModels > 0 && timesInContext(local)
        ? await profileInContext({ store, local, networks: request.profiledModels, minutes, seed, ...callbacks })
        : { measured: 0, failed: 0, skipped: 0 };
    request.onStage?.("whole networks", request.models);
    const whole = await measureNetworks({
      store,
      local,
      networks: await networksToFit(request.models, seed, rules),
      purpose: "fit",
      protocol: protocols.quick,
      ...callbacks,
    });
    const failedNetworks = whole.filter(({ outcome }) => outcome.status === "failed").length;
    return {
      platform: local.id,
      measured: alone.measured + inContext.measured + whole.length - failedNetworks,
      failed: alone.failed + inContext.failed + failedNetworks,
      skipped: alone.skipped + inContext.skipped,
      unsupported: statistics.unsupported,
    };
  } finally {
    await store.close();
  }
}

function checkNumbers({ count, models, types }: PlatformProfileRequest): void {
  if (!(count >= 0) || !(models >= 0))
    throw new LitepredError("bad-usage", "--count and --models take whole numbers", "for example --count 2000");
  for (const type of types ?? [])
    if (!isKernelTypeName(type)) throw unknownName("kernel type", type, kernelTypeNames, "unknown-kernel-type");
}

/** The plan says how many of each type; any other sampler than its own says which. */
async function chooseKernels(request: PlatformProfileRequest, statistics: SpaceStatistics) {
  const { types, count, seed, sampler } = request;
  // Spaces have no or hardly any configs of these.
  const rare = (types ?? []).filter(
    (type) => statistics.types[type] === undefined || rareTypes.some((rareType) => rareType === type),
  );
  const share = rare.length === 0 ? 0 : Math.ceil(count / (types?.length ?? 1));
  const typical = rare.flatMap((type) => typicalConfigs(type, share, seed).map((config) => ({ type, config })));
  const plan = [...planKernels({ statistics, budget: count - typical.length, seed, types }), ...typical];
  if (sampler === "coverage") return plan;
  const counts = new Map<string, number>();
  for (const { type } of plan) counts.set(type, (counts.get(type) ?? 0) + 1);
  const strategy = await loadSampler(sampler);
  const chosen = [];
  for (const [type, n] of counts) {
    const { configs } = await strategy.sample({ type, count: n, seed, statistics: statistics.types[type] });
    chosen.push(...configs.map((config) => ({ type, config })));
  }
  return createRandom(`${seed}/order`).shuffle(chosen);
}
