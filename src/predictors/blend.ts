/**
 * Two predictors of one kernel type, made from different measurements of the same or a like platform: their geometric mean. What one
 * measured in a bad moment, or never measured, the other may know.
 */
import type { KernelPredictor } from "./types.js";

/** A config that only one of them has a range for is that one's alone. It is released with its parts. */
export function blendKernelPredictors(first: KernelPredictor, second: KernelPredictor): KernelPredictor {
  const samples = first.samples + second.samples;
  const better = first.heldOut.mape <= second.heldOut.mape ? first : second;
  return {
    type: first.type,
    recipe: first.recipe,
    samples,
    heldOut: better.heldOut,
    async predict(configs) {
      const [a, b] = [await first.predict(configs), await second.predict(configs)];
      return a.map((latency, i) => {
        const [outOfFirst, outOfSecond] = [first, second].map((one) => one.outOfRange(configs[i]!) !== undefined);
        if (outOfFirst === outOfSecond) return Math.sqrt(latency * b[i]!);
        return outOfFirst ? b[i]! : latency;
      });
    },
    outOfRange(config) {
      const reason = first.outOfRange(config);
      return reason === undefined || second.outOfRange(config) === undefined ? undefined : reason;
    },
    toState: () => ({ ...first.toState(), blended: second.toState() }),
    async release() {
      await first.release();
      await second.release();
    },
  };
}
