/**
 * Adaptive sampling (nn-Meter, MobiSys 2021): configs by its prior first; then, in rounds, new ones around those that the
 * present predictor gets most wrong, with channels between half and 1.2 times theirs. The errors come from an oracle that
 * measures and trains; without one, the distance to the nearest other config stands in: errors are large where data is thin.
 */
import { createRandom, LitepredError, type Random } from "../base/index.js";
import type { KernelConfig, LooseConfig } from "../kernels/index.js";
import { drawDistinct } from "./draw.js";
import { sampleMarginals } from "./marginals.js";
import { sizeFields } from "./neighbour.js";
import type { ErrorOracle, Sampler, SamplingRequest, SamplingResult } from "./sampler.js";

/** Share of the budget that the prior gets, and rounds for the rest. Choice; nn-Meter's depend on the kernel type. */
const priorShare = 0.5;
const rounds = 3;
/** Share of configs that count as wrong in a round. */
const worstShare = 0.1;

async function sampleAdaptive(request: SamplingRequest): Promise<SamplingResult> {
  const { type, count, seed, errors = sparsity(type) } = request;
  const random = createRandom(`${seed}/adaptive/${type}`);
  const first = sampleMarginals({ ...request, count: Math.ceil(count * priorShare) });
  const configs = [...first.configs];
  const report = { ...first.report };
  for (let round = 0; round < rounds && configs.length > 0; round++) {
    const wanted = Math.ceil((count - configs.length) / (rounds - round));
    const worst = worstOf(configs, await errors(configs));
    const around = () => finer(type, random.pick(worst), random);
    const more = drawDistinct({ ...request, count: wanted }, around, configs);
    configs.push(...more.configs);
    report.drawn += more.report.drawn;
    report.duplicates += more.report.duplicates;
    report.projected += more.report.projected;
  }
  const short = configs.length < count ? { shortfall: `${type} has no more distinct configs around the worst` } : {};
  return { configs, report: { ...report, ...short } };
}

function worstOf(configs: readonly KernelConfig[], errors: readonly number[]): KernelConfig[] {
  if (errors.length !== configs.length)
    throw new LitepredError("bad-usage", `the error oracle gave ${errors.length} errors for ${configs.length} configs`);
  const order = configs.map((_, i) => i).sort((a, b) => errors[b]! - errors[a]!);
  return order.slice(0, Math.max(1, Math.ceil(configs.length * worstShare))).map((i) => configs[i]!);
}

/** The same with other channels (all sizes, where a type has only sizes of images). */
function finer(type: string, config: KernelConfig, random: Random): LooseConfig {
  const sizes = sizeFields(type);
  const channels = sizes.filter((name) => name !== "h" && name !== "w");
  const result: Record<string, number | string> = { ...config };
  for (const name of channels.length > 0 ? channels : sizes)
    result[name] = Math.max(1, Math.round((config[name] as number) * (0.5 + 0.7 * random.next())));
  return result;
}

/** Stand-in errors: distance in logs of sizes to the nearest other config. */
function sparsity(type: string): ErrorOracle {
  const sizes = sizeFields(type);
  return async (configs) => {
    const points = configs.map((config) => sizes.map((name) => Math.log2(config[name] as number)));
    return points.map((point, i) =>
      points.reduce(
        (nearest, other, j) =>
          i === j ? nearest : Math.min(nearest, Math.hypot(...point.map((value, axis) => value - other[axis]!))),
        Number.POSITIVE_INFINITY,
      ),
    );
  };
}

const adaptive: Sampler = {
  name: "adaptive",
  summary: "nn-Meter: marginals first, then around the configs of largest error, in rounds",
  sample: sampleAdaptive,
};
export default adaptive;
