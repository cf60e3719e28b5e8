/**
 * Coverage sampling, what the measuring plan uses: each next config is drawn with probability in proportion to its share of
 * latency times its squared distance to the nearest config drawn before (the seeding of k-means++, Arthur and Vassilvitskii
 * 2007), so that whatever a real network contains has a measured config near it. Some are moved to neighbouring sizes.
 */
import { createRandom, type Random } from "../base/index.js";
import { type KernelConfig, kernelTypeOf } from "../kernels/index.js";
import { createCollector, requireStatistics } from "./draw.js";
import { neighbour } from "./neighbour.js";
import { weightedOrder } from "./prior.js";
import type { ConfigStatistics, Sampler, SamplingRequest, SamplingResult } from "./sampler.js";
import { cumulated, indexAt, tempered } from "./weights.js";

/** Candidates, at most: the configs with the largest shares. Choice, for speed; they hold nearly all latency. */
const mostCandidates = 4000;
/** Share of draws that are moved to a neighbour. */
const movedShare = 0.3;

export function sampleCoverage(request: SamplingRequest): SamplingResult {
  const { type, count, seed } = request;
  const { configs } = requireStatistics(request);
  const random = createRandom(`${seed}/coverage/${type}`);
  const candidates = configs.slice(0, mostCandidates);
  const collector = createCollector(request);
  for (const config of spreadOver(type, candidates, count, random))
    collector.offer(random.next() < movedShare ? neighbour(type, config, random) : config);
  const rest = weightedOrder(configs, random);
  for (let i = 0; collector.wants(); i++) collector.offer(neighbour(type, rest[i % rest.length]!.config, random));
  return collector.result();
}

/** Up to `count` candidates, each far from those before it. */
function* spreadOver(
  type: string,
  candidates: readonly ConfigStatistics[],
  count: number,
  random: Random,
): Generator<KernelConfig> {
  const points = candidates.map(({ config }) => pointOf(type, config));
  const weights = candidates.map(({ share }) => tempered(share));
  const nearest = new Float64Array(candidates.length).fill(1);
  let next = indexAt(cumulated(weights), random.next());
  for (let drawn = 0; drawn < Math.min(count, candidates.length); drawn++) {
    yield candidates[next]!.config;
    const centre = points[next]!;
    for (const [i, point] of points.entries()) {
      const distance = squaredDistance(point, centre);
      nearest[i] = drawn === 0 ? distance : Math.min(nearest[i]!, distance);
    }
    const sums = cumulated(nearest.map((distance, i) => distance * weights[i]!));
    if (sums.at(-1)! === 0) return;
    next = indexAt(sums, random.next());
  }
}

/** Logs (base 2) of the numbers, and text choices as they are. */
type Point = readonly (number | string)[];

const pointOf = (type: string, config: KernelConfig): Point =>
  kernelTypeOf(type).fields.map(({ name }) => {
    const value = config[name]!;
    return typeof value === "number" ? Math.log2(Math.max(1, value)) : value;
  });

/** A different choice counts like a factor of 2. */
function squaredDistance(a: Point, b: Point): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x !== y) sum += typeof x === "number" && typeof y === "number" ? (x - y) ** 2 : 1;
  }
  return sum;
}

const sampler: Sampler = {
  name: "coverage",
  summary: "configs of the spaces by share of latency and distance to those drawn before; what `profile` measures",
  sample: async (request) => sampleCoverage(request),
};
export default sampler;
