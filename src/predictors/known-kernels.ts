/**
 * Every distinct kernel config is predicted once and kept: models of one search space share nearly all of theirs. A kernel
 * without a predictor is estimated by the platform's general roofline.
 */
import { getOrCreate } from "../base/index.js";
import type { Kernel, KernelConfig } from "../kernels/index.js";
import { type ConfigMap, createConfigMap } from "./config-map.js";
import { type GeneralRoofline, generalLatencyMs } from "./general-roofline.js";
import type { DetectedModel, KernelPredictor } from "./types.js";

export interface KnownKernel {
  readonly latencyMs: number;
  /** Why its latency is in doubt, and how far it may be off (in ln units); undefined where it is not. */
  readonly doubt: { readonly reason: string; readonly width: number } | undefined;
}

/** A kernel estimated by the general roofline may be off by this factor (ln 3), one out of range by ln 1.5. Choice. */
const unpredictedWidth = Math.log(3);
const outOfRangeWidth = Math.log(1.5);

/** Distinct configs kept per kernel type before the cache starts over: some tens of megabytes. Choice. */
const cacheLimit = 200_000;

/** For each model its kernels, in order. Each type is evaluated once for all models. */
export type KnownKernels = (models: readonly DetectedModel[]) => Promise<KnownKernel[][]>;

export function createKnownKernels(
  predictors: ReadonlyMap<string, KernelPredictor>,
  general: GeneralRoofline,
): KnownKernels {
  const cache = new Map<string, ConfigMap<KnownKernel>>();
  return async (models) => {
    for (const [type, known] of cache) if (known.size() > cacheLimit) cache.delete(type);
    const answers = models.map(({ kernels }) => new Array<KnownKernel>(kernels.length));
    const wanted = new Map<string, ConfigMap<Wanted>>();
    models.forEach(({ kernels }, m) => {
      for (let i = 0; i < kernels.length; i++) {
        const kernel = kernels[i]!;
        const known = cache.get(kernel.type)?.get(kernel.config);
        if (known !== undefined) answers[m]![i] = known;
        else wantedOf(wanted, kernel).places.push([answers[m]!, i]);
      }
    });
    for (const [type, entries] of wanted) {
      const found = await predictKernels(predictors.get(type), entries, general);
      const known = getOrCreate(cache, type, () => createConfigMap<KnownKernel>());
      entries.entries().forEach(([config, { places }], i) => {
        known.set(config, found[i]!);
        for (const [answer, index] of places) answer[index] = found[i]!;
      });
    }
    return answers;
  };
}

/** A kernel, and where in the answers the prediction of its config belongs. */
interface Wanted {
  readonly kernel: Kernel;
  readonly places: [answer: KnownKernel[], index: number][];
}

function wantedOf(wanted: Map<string, ConfigMap<Wanted>>, kernel: Kernel): Wanted {
  const ofType = getOrCreate(wanted, kernel.type, () => createConfigMap<Wanted>());
  let entry = ofType.get(kernel.config);
  if (entry === undefined) {
    entry = { kernel, places: [] };
    ofType.set(kernel.config, entry);
  }
  return entry;
}

/** A kernel on tensors without elements. */
const nothingToDo: KnownKernel = {
  latencyMs: 0,
  doubt: { reason: "works on a tensor without elements", width: unpredictedWidth },
};

async function predictKernels(
  predictor: KernelPredictor | undefined,
  wanted: ConfigMap<Wanted>,
  general: GeneralRoofline,
): Promise<KnownKernel[]> {
  if (predictor === undefined)
    return wanted.entries().map(([, { kernel }]) => ({
      latencyMs: generalLatencyMs(general, kernel),
      doubt: {
        reason: `no predictor for kernel type "${kernel.type}": estimated from its FLOPs and bytes`,
        width: unpredictedWidth,
      },
    }));
  const configs: KernelConfig[] = wanted.keys();
  const latencies = await predictor.predict(configs);
  return configs.map((config, i) => {
    const reason = predictor.outOfRange(config);
    // Where a size is 0 its logarithm is no feature.
    if (!Number.isFinite(latencies[i])) return nothingToDo;
    return { latencyMs: latencies[i]!, doubt: reason === undefined ? undefined : { reason, width: outOfRangeWidth } };
  });
}
