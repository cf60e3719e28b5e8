/**
 * How well drawn configs follow a reference distribution, measured as in LitePred's public code (`vae/utils.py`): for each
 * kernel size and stride, a 2-D histogram of log2 HW × log2 CIN smoothed by an 11 × 11 box with steps of 5; the sum of
 * p · ln(p / q) over cells, weighted by the kernel size's and stride's share in the first distribution.
 */
export interface WeightedConfig {
  readonly hw: number;
  readonly cin: number;
  readonly kernelSize: number;
  readonly stride: number;
  /** Shares; those of a whole distribution add up to 1. */
  readonly weight: number;
}

const bins = 49;
const window = 11;
const step = 5;
const padding = 5;
const cells = Math.floor((bins + 2 * padding - window) / step) + 1;

/** KL(p ‖ q) in nats as published: ≥ 0 up to the smoothing (a few thousandths below 0 for alike distributions). */
export function configDivergence(p: readonly WeightedConfig[], q: readonly WeightedConfig[]): number {
  let divergence = 0;
  for (let kernelSize = 1; kernelSize <= 7; kernelSize++)
    for (const stride of [1, 2]) {
      const alike = (config: WeightedConfig) => config.kernelSize === kernelSize && config.stride === stride;
      const [ofP, ofQ] = [p.filter(alike), q.filter(alike)];
      const [smoothP, smoothQ] = [smoothed(ofP), smoothed(ofQ)];
      const share = ofP.reduce((sum, { weight }) => sum + weight, 0);
      let sum = 0;
      for (let i = 0; i < smoothP.length; i++) sum += smoothP[i]! * Math.log(smoothP[i]! / smoothQ[i]!);
      divergence += share * sum;
    }
  return divergence;
}

export interface DistributionQuality {
  /** KL(reference ‖ drawn): what the drawn configs miss. */
  readonly referenceToDrawn: number;
  /** KL(drawn ‖ reference): what they have that the reference has not. */
  readonly drawnToReference: number;
}

export const evaluateDistribution = (
  reference: readonly WeightedConfig[],
  drawn: readonly WeightedConfig[],
): DistributionQuality => ({
  referenceToDrawn: configDivergence(reference, drawn),
  drawnToReference: configDivergence(drawn, reference),
});

function smoothed(configs: readonly WeightedConfig[]): Float64Array {
  const histogram = new Float64Array(bins * bins);
  for (const { hw, cin, weight } of configs) {
    const row = Math.min(bins - 1, Math.ceil(Math.log2(hw + 1) * step));
    const column = Math.min(bins - 1, Math.ceil(Math.log2(cin + 1)));
    histogram[row * bins + column]! += weight;
  }
  const result = new Float64Array(cells * cells).fill(1e-10);
  for (let i = 0; i < cells; i++)
    for (let j = 0; j < cells; j++)
      for (let y = Math.max(0, i * step - padding); y < Math.min(bins, i * step - padding + window); y++)
        for (let x = Math.max(0, j * step - padding); x < Math.min(bins, j * step - padding + window); x++)
          result[i * cells + j]! += histogram[y * bins + x]! * (step / window) ** 2;
  return result;
}
