/**
 * Predictors of one kernel type, made from different measurements of the same or like platforms: their geometric mean. What one
 * measured in a bad moment, or never measured, another may know.
 */
import { mean, sum } from "../base/index.js";
import type { KernelPredictor } from "./types.js";

/**
 * How much `first` counts, which was measured here. With half, sub-networks of LiteRT, OpenVINO and ncnn were off by more than with two
 * thirds, with four fifths by about as much (four engines of an EPYC, three draws of networks).
 */
const ownShare = 2 / 3;

/**
 * `first` counts twice as much as the others together. A config that only some of them have a range for is theirs alone. It is released with its
 * parts.
 */
export function blendKernelPredictors(first: KernelPredictor, others: readonly KernelPredictor[]): KernelPredictor {
  const parts = [first, ...others];
  const better = parts.reduce((a, b) => (b.heldOut.mape < a.heldOut.mape ? b : a));
  return {
    type: first.type,
    recipe: first.recipe,
    samples: sum(parts.map(({ samples }) => samples)),
    heldOut: better.heldOut,
    async predict(configs) {
      const latencies: Float64Array[] = [];
      for (const part of parts) latencies.push(await part.predict(configs));
      return Float64Array.from(configs, (config, i) => {
        const inside = [...parts.keys()].filter((p) => parts[p]!.outOfRange(config) === undefined);
        const [own, ...rest] = (inside.length > 0 ? inside : [...parts.keys()]).map((p) => latencies[p]![i]!);
        if (rest.length === 0) return own!;
        const logs = rest.map(Math.log);
        const knowsItself = inside.length === 0 || inside[0] === 0;
        if (!knowsItself) return Math.exp(mean([Math.log(own!), ...logs]));
        return Math.exp(ownShare * Math.log(own!) + (1 - ownShare) * mean(logs));
      });
    },
    outOfRange(config) {
      const reasons = parts.map((part) => part.outOfRange(config));
      return reasons.includes(undefined) ? undefined : reasons[0];
    },
    toState: () => ({ ...first.toState(), blended: others.map((other) => other.toState()) }),
    async release() {
      for (const part of parts) await part.release();
    },
  };
}
