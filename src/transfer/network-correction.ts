/** The correction that networks measured whole teach. */
import { type Correction, fitCorrection, type PlatformPredictor, weightMsPerByte } from "../predictors/index.js";
import type { HeldOutPoint, MeasuredNetwork } from "./types.js";

export interface CorrectionByNetworks {
  readonly correction: Correction;
  /** |ln(measured ÷ predicted)| of each network, in their order, under a correction without it; empty without networks. */
  readonly errors: readonly number[];
}

/** @param plain a predictor without a correction */
export async function correctionBy(
  networks: readonly MeasuredNetwork[],
  plain: Pick<PlatformPredictor, "predictAll" | "callMs" | "general">,
  tell?: (points: readonly HeldOutPoint[]) => void,
): Promise<CorrectionByNetworks> {
  const predicted = await plain.predictAll(networks.map(({ detection }) => detection));
  const models = predicted.map(({ kernels }, i) => ({ kernels, measuredMs: networks[i]!.measuredMs }));
  let points: readonly HeldOutPoint[] = [];
  const correction = fitCorrection(models, plain.callMs, weightMsPerByte(plain.general), (predictedMs) => {
    points = models.map(({ measuredMs }, i) => ({ predictedMs: predictedMs[i]!, measuredMs }));
    tell?.(points);
  });
  return {
    correction,
    errors: points.map(({ predictedMs, measuredMs }) => Math.abs(Math.log(measuredMs / predictedMs))),
  };
}
