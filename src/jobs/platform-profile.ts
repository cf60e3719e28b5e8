/** Profiles a platform for base predictors: kernels chosen by a sampler, then whole models for the correction. */
import { createRandom, LitepredError } from "../base/index.js";
import { kernelTimingOf } from "../engines/index.js";
import { kernelTypeNames } from "../kernels/index.js";
import { openStore, type Store } from "../measurements/index.js";
import { protocol as protocolNamed } from "../profiling/index.js";
import { collectStatistics, loadSampler, planKernels, type SpaceStatistics } from "../sampling/index.js";
import { loadSpaces } from "../spaces/index.js";
import { measureCalibrationModels, sampleCalibrationModels } from "./calibration.js";
import { profileKernels } from "./profile.js";
import { profileInModels } from "./profile-models.js";
import { exactRules, type LocalPlatform, openLocalPlatform, rulesOf } from "./workspace.js";

export interface PlatformProfileRequest {
  readonly home: string;
  readonly platform: string;
  /** Default: all kernel types that the spaces need. */
  readonly types?: readonly string[];
  /** Kernel configs over all types. */
  readonly count: number;
  /** Whole models for the correction. */
  readonly models: number;
  /** Whole models whose kernels are timed where they run, on engines with a profiler. */
  readonly profiledModels: number;
  readonly sampler: string;
  readonly protocol: string;
  /** Passes over the whole models. */
  readonly passes: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
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

/** Architectures drawn from each space for the statistics of kernel configs. Choice: about ten thousand distinct configs. */
const architecturesPerSpace = 40;

export async function profilePlatform(request: PlatformProfileRequest): Promise<PlatformProfile> {
  if (!(request.count >= 0) || !(request.models >= 0))
    throw new LitepredError("bad-usage", "--count and --models take whole numbers", "for example --count 2000");
  const local = await openLocalPlatform(request.platform, request.home);
  const { platform, id, engine } = local;
  const protocol = protocolNamed(request.protocol);
  const spaces = await loadSpaces();
  const statistics = collectStatistics({
    spaces,
    rules: rulesOf(platform),
    architecturesPerSpace,
    random: createRandom(`${request.seed}/statistics`),
  });
  const kernels = await chooseKernels(request, statistics);
  const store = await openStore(request.home);
  const signal = request.signal ? { signal: request.signal } : {};
  try {
    request.onStage?.("kernels", kernels.length);
    const ofKernels = await profileKernels({
      store,
      engine,
      platform,
      kernels,
      protocol,
      ...signal,
      onProgress: ({ done, failed }) => request.onProgress?.(done, failed > 0 ? `${failed} failed` : ""),
    });
    const inModels = await profileModels(request, local, store);
    const ofModels = await measureCalibrationModels({
      store,
      local,
      count: request.models,
      seed: request.seed,
      passes: request.passes,
      ...signal,
      ...(request.onStage ? { onStage: request.onStage } : {}),
      ...(request.onProgress ? { onProgress: request.onProgress } : {}),
    });
    const failedModels = ofModels.filter((model) => model.outcome.status === "failed").length;
    return {
      platform: id,
      measured: ofKernels.measured + inModels.kernels + ofModels.length - failedModels,
      failed: ofKernels.failed + inModels.failed + failedModels,
      skipped: ofKernels.skipped,
      unsupported: statistics.unsupported,
    };
  } finally {
    await store.close();
  }
}

/** Calibration models come first in the seeded list, so that the profiled ones are others. */
const reservedForCalibration = 200;

async function profileModels(request: PlatformProfileRequest, local: LocalPlatform, store: Store) {
  const { platform, description } = local;
  const timing = kernelTimingOf(description, platform.processor);
  if (request.profiledModels === 0 || timing !== "profiler" || !exactRules.includes(platform.engine))
    return { kernels: 0, failed: 0 };
  const models = await sampleCalibrationModels(request.profiledModels, request.seed, { skip: reservedForCalibration });
  request.onStage?.("kernels inside models", models.length);
  return profileInModels({
    store,
    local,
    rules: rulesOf(platform),
    models,
    ...(request.signal ? { signal: request.signal } : {}),
    ...(request.onProgress ? { onProgress: request.onProgress } : {}),
  });
}

async function chooseKernels(request: PlatformProfileRequest, statistics: SpaceStatistics) {
  const { types, count, seed, sampler } = request;
  for (const type of types ?? [])
    if (!kernelTypeNames.includes(type))
      throw new LitepredError(
        "unknown-kernel-type",
        `kernel type "${type}" is not in the catalogue`,
        kernelTypeNames.join(", "),
      );
  const plan = planKernels({ statistics, budget: count, seed, ...(types ? { types } : {}) });
  if (sampler === "prior") return plan;
  // The plan says how many of each type; the sampler says which.
  const counts = new Map<string, number>();
  for (const { type } of plan) counts.set(type, (counts.get(type) ?? 0) + 1);
  const strategy = await loadSampler(sampler);
  const chosen = [];
  for (const [type, n] of counts) {
    const typeStatistics = statistics.types[type];
    const { configs } = await strategy.sample({
      type,
      count: n,
      seed,
      ...(typeStatistics ? { statistics: typeStatistics } : {}),
    });
    chosen.push(...configs.map((config) => ({ type, config })));
  }
  return createRandom(`${seed}/order`).shuffle(chosen);
}
