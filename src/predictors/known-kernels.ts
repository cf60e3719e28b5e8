/**
 * Every distinct kernel config is predicted once and kept: models of one search space share nearly all of theirs. A kernel
 * without a predictor is estimated by the platform's general roofline.
 */
import { getOrCreate } from "../base/index.js";
import type { KernelConfig } from "../kernels/index.js";
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

/** A place in the answer, and what belongs there. */
interface Wanted {
  readonly config: KernelConfig;
  readonly places: [answer: KnownKernel[], index: number][];
}

/** For each model its kernels, in order. Each type is evaluated once for all models. */
export type KnownKernels = (models: readonly DetectedModel[]) => Promise<KnownKernel[][]>;

export function createKnownKernels(
  predictors: ReadonlyMap<string, KernelPredictor>,
  general: GeneralRoofline,
): KnownKernels {
  const cache = new Map<string, Map<string, KnownKernel>>();
  return async (models) => {
    for (const [type, known] of cache) if (known.size > cacheLimit) cache.delete(type);
    const wanted = new Map<string, Map<string, Wanted>>();
    const answers = models.map(({ kernels }) => {
      const answer = new Array<KnownKernel>(kernels.length);
      kernels.forEach(({ type, config }, index) => {
        const key = keyOf(config);
        const known = cache.get(type)?.get(key);
        if (known !== undefined) answer[index] = known;
        else
          getOrCreate(
            getOrCreate(wanted, type, () => new Map<string, Wanted>()),
            key,
            () => ({ config, places: [] }) as Wanted,
          ).places.push([answer, index]);
      });
      return answer;
    });
    for (const [type, entries] of wanted) {
      const configs = Array.from(entries.values(), ({ config }) => config);
      const found = await predictKernels(predictors.get(type), type, configs, general);
      const known = getOrCreate(cache, type, () => new Map<string, KnownKernel>());
      let i = 0;
      for (const [key, { places }] of entries) {
        const kernel = found[i++]!;
        known.set(key, kernel);
        for (const [answer, index] of places) answer[index] = kernel;
      }
    }
    return answers;
  };
}

async function predictKernels(
  predictor: KernelPredictor | undefined,
  type: string,
  configs: readonly KernelConfig[],
  general: GeneralRoofline,
): Promise<KnownKernel[]> {
  if (predictor === undefined) {
    const reason = `no predictor for kernel type "${type}": estimated from its FLOPs and bytes`;
    return configs.map((config) => ({
      latencyMs: generalLatencyMs(general, type, config),
      doubt: { reason, width: unpredictedWidth },
    }));
  }
  const latencies = await predictor.predict(configs);
  return configs.map((config, i) => {
    const reason = predictor.outOfRange(config);
    return { latencyMs: latencies[i]!, doubt: reason === undefined ? undefined : { reason, width: outOfRangeWidth } };
  });
}

/** Identity of a config inside one process: field order is the catalogue's, so joining the values is enough (and fast). */
function keyOf(config: KernelConfig): string {
  let key = "";
  for (const name in config) key += `${config[name]},`;
  return key;
}
