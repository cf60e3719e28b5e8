/** A platform's predictor as the search asks it: architectures of one space, in batches, by the segments that they share. */
import { type Correction, createPartsPredictor, type PlatformPredictor } from "../predictors/index.js";
import { kernelParts, type Space } from "../spaces/index.js";
import type { LatencyPredictor } from "./types.js";

/** @param refit of what the platform's own correction leaves over */
export function latencyOf<A>(space: Space<A>, predictor: PlatformPredictor, refit?: Correction): LatencyPredictor<A> {
  const partsOf = kernelParts(space, predictor.rules);
  const predict = createPartsPredictor(predictor, refit);
  return {
    platform: predictor.platform,
    async predictAll(architectures, level) {
      const predictions = await predict(architectures.map(partsOf), level);
      return predictions.map(({ flops, uncoveredFlops: _, ...prediction }) => ({ ...prediction, macs: flops / 2 }));
    },
  };
}
