/**
 * How well drawn configs follow a reference distribution, measured as in LitePred's public code (`vae/utils.py`): for each
 * kernel size and stride, a 2-D histogram of log2 HW × log2 CIN smoothed by an 11 × 11 box with steps of 5; the sum of
 * p · ln(p / q) over cells, weighted by the kernel size's and stride's share in the first distribution.
 */
import { type KernelConfig, kernelTypeOf } from "../kernels/index.js";
import { sizeFields } from "./neighbour.js";

export interface WeightedConfig {
  readonly hw: number;
  readonly cin: number;
  readonly kernelSize: number;
  readonly stride: number;
  /** Shares; those of a whole distribution add up to 1. */
  readonly weight: number;
}

/** All four as in `vae/utils.py`. */
const bins = 49;
const window = 11;
const step = 5;
const padding = 5;
const cells = Math.floor((bins + 2 * padding - window) / step) + 1;

/** A config as a point: two sizes, and everything else as the name of a group. */
export interface WeightedPoint {
  readonly x: number;
  readonly y: number;
  readonly group: string;
  readonly weight: number;
}

/** The published form: HW × CIN in groups of kernel sizes 1 to 7 and strides 1 and 2; other windows do not count. */
export const pointsOf = (configs: readonly WeightedConfig[]): WeightedPoint[] =>
  configs
    .filter(({ kernelSize, stride }) => kernelSize >= 1 && kernelSize <= 7 && (stride === 1 || stride === 2))
    .map(({ hw, cin, kernelSize, stride, weight }) => ({ x: hw, y: cin, group: `${kernelSize}/${stride}`, weight }));

/**
 * KL(p ‖ q) in nats as published: ≥ 0 up to the smoothing, which loses mass at the edges (a few thousandths below 0 for
 * alike distributions).
 */
export function divergence(p: readonly WeightedPoint[], q: readonly WeightedPoint[]): number {
  let total = 0;
  for (const group of new Set(p.map((point) => point.group))) {
    const [ofP, ofQ] = [p, q].map((points) => points.filter((point) => point.group === group)) as [
      WeightedPoint[],
      WeightedPoint[],
    ];
    const [smoothP, smoothQ] = [smoothed(ofP), smoothed(ofQ)];
    const share = ofP.reduce((sum, { weight }) => sum + weight, 0);
    let sum = 0;
    for (let i = 0; i < smoothP.length; i++) sum += smoothP[i]! * Math.log(smoothP[i]! / smoothQ[i]!);
    total += share * sum;
  }
  return total;
}

export const configDivergence = (p: readonly WeightedConfig[], q: readonly WeightedConfig[]): number =>
  divergence(pointsOf(p), pointsOf(q));

export interface DistributionQuality {
  /** KL(reference ‖ drawn): what the drawn configs miss. */
  readonly referenceToDrawn: number;
  /** KL(drawn ‖ reference): what they have that the reference has not. */
  readonly drawnToReference: number;
}

/**
 * The two sizes that configs of a type are compared by: the first two that vary (h and channels where it has them).
 * Undefined where fewer than two vary.
 */
export function axesOfType(type: string, configs: readonly KernelConfig[]): readonly [string, string] | undefined {
  const varies = (name: string) => name !== "w" && configs.some((config) => config[name] !== configs[0]![name]);
  const [x, y] = sizeFields(type).filter(varies);
  return x === undefined || y === undefined ? undefined : [x, y];
}

/** Configs of any kernel type as points of weight 1: two sizes; window, stride and choices as groups. */
export function pointsOfType(
  type: string,
  [x, y]: readonly [string, string],
  configs: readonly KernelConfig[],
): WeightedPoint[] {
  const sizes = sizeFields(type);
  const others = kernelTypeOf(type)
    .fields.map(({ name }) => name)
    .filter((name) => !sizes.includes(name));
  return configs.map((config) => ({
    x: config[x] as number,
    y: config[y] as number,
    group: others.map((name) => config[name]).join("/"),
    weight: 1,
  }));
}

export const evaluateDistribution = (
  reference: readonly WeightedConfig[],
  drawn: readonly WeightedConfig[],
): DistributionQuality => ({
  referenceToDrawn: configDivergence(reference, drawn),
  drawnToReference: configDivergence(drawn, reference),
});

function smoothed(points: readonly WeightedPoint[]): Float64Array {
  const histogram = new Float64Array(bins * bins);
  for (const { x, y, weight } of points) {
    const row = Math.min(bins - 1, Math.ceil(Math.log2(x + 1) * step));
    const column = Math.min(bins - 1, Math.ceil(Math.log2(y + 1)));
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
