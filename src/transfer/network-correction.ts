/** The correction that networks measured whole teach. */
import { type Correction, fitCorrection, type PlatformPredictor, weightMsPerByte } from "../predictors/index.js";
import type { HeldOutPoint, MeasuredNetwork } from "./types.js";

/** @param plain a predictor without a correction */
export async function correctionBy(
  networks: readonly MeasuredNetwork[],
  plain: Pick<PlatformPredictor, "predictAll" | "callMs" | "general">,
  tell?: (points: readonly HeldOutPoint[]) => void,
): Promise<Correction> {
  const predicted = await plain.predictAll(networks.map(({ detection }) => detection));
  const models = predicted.map(({ kernels }, i) => ({ kernels, measuredMs: networks[i]!.measuredMs }));
  return fitCorrection(models, plain.callMs, weightMsPerByte(plain.general), (predictedMs) =>
    tell?.(models.map(({ measuredMs }, i) => ({ predictedMs: predictedMs[i]!, measuredMs }))),
  );
}
