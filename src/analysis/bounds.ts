/**
 * What binds a kernel: arithmetic, memory traffic, or the cost of being called at all. The ceilings are the highest rates that the
 * platform's own predictors say of large kernels within the range of their measurements, no data sheet's.
 */
import { configCost, type KernelConfig, kernelCost, normalizeConfig } from "../kernels/index.js";
import type { KernelPredictor, PlatformPredictor, PredictedKernel } from "../predictors/index.js";

export interface Ceilings {
  readonly flopsPerMs: number;
  readonly bytesPerMs: number;
  /** The least that any kernel takes. */
  readonly overheadMs: number;
}

export type Bound = "compute" | "memory" | "overhead";

/** A kernel that spends this share of its time on being called is bound by it. Choice. */
const overheadShare = 0.5;

interface Probe {
  readonly type: string;
  readonly config: KernelConfig;
}

const image = (size: number, cin: number) => ({ h: size, w: size, cin });

/** Large and small kernels of the types that every platform of the pool has. Choice. */
const probes: readonly Probe[] = [
  ...[14, 28, 56].flatMap((size) =>
    [32, 64, 128, 256, 512].flatMap((c) =>
      [1, 3].map((k) => ({
        type: "conv-bn-relu",
        config: { ...image(size, c), cout: c, kernelH: k, kernelW: k, strideH: 1, strideW: 1 },
      })),
    ),
  ),
  ...["add", "relu", "global-avgpool", "mul", "swish"].flatMap((type) =>
    [7, 14, 28, 56, 112].flatMap((size) => [16, 64, 256].map((c) => ({ type, config: image(size, c) }))),
  ),
];

export async function ceilingsOf(predictor: Pick<PlatformPredictor, "kernels">): Promise<Ceilings> {
  const ceilings = { flopsPerMs: 0, bytesPerMs: 0, overheadMs: Number.POSITIVE_INFINITY };
  for (const type of new Set(probes.map((probe) => probe.type))) {
    const kernel = predictor.kernels.get(type);
    if (kernel !== undefined) for (const seen of await ratesOf(kernel)) raise(ceilings, seen);
  }
  return Number.isFinite(ceilings.overheadMs) ? ceilings : { ...ceilings, overheadMs: 0 };
}

interface Rate {
  readonly flops: number;
  readonly bytes: number;
  readonly latencyMs: number;
}

async function ratesOf(kernel: KernelPredictor): Promise<Rate[]> {
  const configs = probes
    .filter(({ type }) => type === kernel.type)
    .flatMap(({ type, config }) => validOf(type, config));
  const within = configs.filter((config) => kernel.outOfRange(config) === undefined);
  const latencies = await kernel.predict(within);
  return within.map((config, i) => {
    const cost = configCost(kernel.type, config);
    return { flops: cost.flops, bytes: cost.activationBytes + cost.weightBytes, latencyMs: latencies[i]! };
  });
}

function validOf(type: string, config: KernelConfig): KernelConfig[] {
  try {
    return [normalizeConfig(type, config)];
  } catch {
    return [];
  }
}

function raise(ceilings: { flopsPerMs: number; bytesPerMs: number; overheadMs: number }, seen: Rate): void {
  ceilings.flopsPerMs = Math.max(ceilings.flopsPerMs, seen.flops / seen.latencyMs);
  ceilings.bytesPerMs = Math.max(ceilings.bytesPerMs, seen.bytes / seen.latencyMs);
  ceilings.overheadMs = Math.min(ceilings.overheadMs, seen.latencyMs);
}

export interface KernelCost {
  readonly flops: number;
  /** Read and written, weights included, at 4 bytes an element. */
  readonly bytes: number;
}

export function costOf(kernel: Pick<PredictedKernel, "type" | "config">): KernelCost {
  const { flops, activationBytes, weightBytes } = kernelCost({ ...kernel, flops: 0, params: 0 });
  return { flops, bytes: activationBytes + weightBytes };
}

export function boundOf(cost: KernelCost, latencyMs: number, ceilings: Ceilings): Bound {
  if (ceilings.overheadMs > overheadShare * latencyMs) return "overhead";
  const compute = ceilings.flopsPerMs > 0 ? cost.flops / ceilings.flopsPerMs : 0;
  const memory = ceilings.bytesPerMs > 0 ? cost.bytes / ceilings.bytesPerMs : 0;
  return compute >= memory ? "compute" : "memory";
}
