/** The loop that all samplers share: raw draws, projected onto valid configs, until enough distinct ones exist. */
import { LitepredError } from "../base/index.js";
import { configKey, type KernelConfig, type LooseConfig, projectConfig } from "../kernels/index.js";
import type { SamplingRequest, SamplingResult, TypeStatistics } from "./sampler.js";

/** Raw draws without a new config after which the type counts as exhausted. Choice. */
const patience = 2000;

export interface Collector {
  /** True as long as configs are missing and new ones still turn up. */
  wants(): boolean;
  /** `moved`: the draw was moved to neighbouring sizes because those seen are used up. */
  offer(raw: LooseConfig, moved?: boolean): void;
  /** Distinct configs so far. */
  size(): number;
  result(): SamplingResult;
}

/** Collects `count` distinct valid configs from raw ones. Configs in `taken` count as duplicates. */
export function createCollector(
  { type, count, accepts, signal }: Pick<SamplingRequest, "type" | "count" | "accepts" | "signal">,
  taken: Iterable<KernelConfig> = [],
): Collector {
  const seen = new Set<string>();
  for (const config of taken) seen.add(configKey(type, config));
  const configs: KernelConfig[] = [];
  let [drawn, duplicates, projected, movedCount, barren] = [0, 0, 0, 0, 0];
  return {
    wants() {
      if (signal?.aborted) throw new LitepredError("interrupted", "sampling was interrupted");
      return configs.length < count && barren < patience;
    },
    offer(raw, moved = false) {
      if (configs.length >= count) return;
      drawn++;
      if (moved) movedCount++;
      const config = projectConfig(type, raw);
      if (Object.keys(config).some((field) => raw[field] !== undefined && raw[field] !== config[field])) projected++;
      const key = configKey(type, config);
      if (seen.has(key) || accepts?.(config) === false) {
        duplicates++;
        barren++;
        return;
      }
      barren = 0;
      seen.add(key);
      configs.push(config);
    },
    size: () => configs.length,
    result() {
      const short = configs.length < count;
      const shortfall = short ? { shortfall: `${type} has no more distinct configs after ${drawn} draws` } : {};
      return {
        configs,
        report: { drawn, duplicates, projected, moved: movedCount > 0 ? movedCount : undefined, ...shortfall },
      };
    },
  };
}

/** `next` gives a raw config, or undefined when it has no more. */
export function drawDistinct(
  request: Pick<SamplingRequest, "type" | "count" | "accepts" | "signal">,
  next: () => LooseConfig | undefined,
  taken: Iterable<KernelConfig> = [],
): SamplingResult {
  const collector = createCollector(request, taken);
  while (collector.wants()) {
    const raw = next();
    if (raw === undefined) break;
    collector.offer(raw);
  }
  return collector.result();
}

/** @throws LitepredError `no-data` without statistics. */
export function requireStatistics({ statistics, type }: SamplingRequest): TypeStatistics {
  if (statistics === undefined || statistics.configs.length === 0)
    throw new LitepredError(
      "no-data",
      `no statistics of ${type} kernels to sample from`,
      "collect them from spaces first",
    );
  return statistics;
}
