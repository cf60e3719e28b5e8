/** Measures what the transfers are made of: kernels and networks of each platform, and its base predictors. */
import { createRandom } from "../../base/index.js";
import type { LocalPlatform } from "../../engines/index.js";
import { trainPlatform } from "../../jobs/train.js";
import { openStore, type Store } from "../../measurements/index.js";
import { measureNetworks, profileInContext, timesInContext } from "../../measuring/index.js";
import { openPool } from "../../pool/index.js";
import { profileKernels, protocols } from "../../profiling/index.js";
import { collectStatistics, planKernels } from "../../sampling/index.js";
import { loadSpaces } from "../../spaces/index.js";
import { openLocalPlatform, resolvePlatformId, rulesOf } from "../../workspace/index.js";
import { kernelCount, networksOfExperiment, repeatedEvery, seed } from "./plan.js";

export interface PlatformsRequest {
  readonly home: string;
  readonly platforms: readonly string[];
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

/** Networks whose kernels are timed where they run. Choice: two minutes. */
const profiledNetworks = 100;

/** Measures what the store lacks. A platform that breaks does not cost the others. */
export async function measurePlatforms(request: PlatformsRequest): Promise<{ platform: string; problem: string }[]> {
  const problems: { platform: string; problem: string }[] = [];
  const store = await openStore(request.home);
  try {
    for (const asked of request.platforms) {
      if (request.signal?.aborted) break;
      try {
        await measurePlatform(request, await openLocalPlatform(asked, request.home), store);
      } catch (error) {
        problems.push({ platform: asked, problem: error instanceof Error ? error.message : String(error) });
      }
    }
  } finally {
    await store.close();
  }
  return problems;
}

async function measurePlatform(request: PlatformsRequest, local: LocalPlatform, store: Store): Promise<void> {
  await (timesInContext(local) ? measureInContext : measureAlone)(request, local, store);
  const { fit, test } = await networksOfExperiment();
  // In one random order, since each run draws anew which are looked at and which are the test.
  const mixed = createRandom(`${seed}/order`).shuffle([...fit, ...test]);
  const looks = [
    { label: "networks", networks: mixed, repeat: 1 },
    { label: "some of the test again", networks: test.filter((_, i) => i % repeatedEvery === 0), repeat: 2 },
  ];
  const names = new Set(test.map(({ name }) => name));
  for (const { label, networks, repeat } of looks)
    for (const purpose of ["fit", "test"] as const) {
      if (request.signal?.aborted) return;
      const own = networks.filter(({ name }) => names.has(name) === (purpose === "test"));
      request.onStage?.(`${local.id}: ${label} (${purpose})`, own.length);
      await measureNetworks({
        store,
        local,
        networks: own,
        purpose,
        repeat,
        protocol: protocols.brief,
        signal: request.signal,
        onProgress: request.onProgress?.bind(request),
      });
    }
}

async function measureInContext(request: PlatformsRequest, local: LocalPlatform, store: Store): Promise<void> {
  await profileInContext({
    store,
    local,
    networks: profiledNetworks,
    seed,
    signal: request.signal,
    onStage: (label, total) => request.onStage?.(`${local.id}: ${label}`, total),
    onProgress: request.onProgress?.bind(request),
  });
}

async function measureAlone(request: PlatformsRequest, local: LocalPlatform, store: Store): Promise<void> {
  const statistics = collectStatistics({
    spaces: await loadSpaces(),
    rules: rulesOf(local.platform),
    random: createRandom(`${seed}/statistics`),
  });
  const kernels = planKernels({ statistics, budget: kernelCount, seed, minimumPerType: 12 });
  request.onStage?.(`${local.id}: kernels`, kernels.length);
  await profileKernels({
    store,
    engine: local.engine,
    platform: local.platform,
    kernels,
    protocol: protocols.quick,
    signal: request.signal,
    onProgress: ({ done, failed }) => request.onProgress?.(done, failed > 0 ? `${failed} failed` : ""),
  });
}

/** Base predictors of platforms that have none yet, from what the store has: in the form in which pools travel. */
export async function trainSources(request: PlatformsRequest): Promise<void> {
  const pool = openPool(request.home);
  for (const asked of request.platforms) {
    const id = await resolvePlatformId(asked, request.home);
    if (pool.list().entries.some(({ platform }) => platform === id)) continue;
    await trainPlatform({
      home: request.home,
      platform: asked,
      recipe: "compact",
      seed,
      signal: request.signal,
      onStage: (label, total) => request.onStage?.(`${id}: ${label}`, total),
      onProgress: request.onProgress?.bind(request),
    });
  }
}
