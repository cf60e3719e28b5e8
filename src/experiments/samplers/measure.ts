/**
 * Measuring for the comparison of samplers: test kernels, then the samplers' kernels in turn, so that a run cut short still
 * compares equal numbers, then the test kernels again. The adaptive sampler is drawn between its rounds.
 */
import { type ComputeBackend, inTurn } from "../../base/index.js";
import type { LocalPlatform } from "../../engines/index.js";
import { configKey, type KernelConfig } from "../../kernels/index.js";
import type { Protocol, Store } from "../../measurements/index.js";
import { profileKernels } from "../../profiling/index.js";
import { loadSampler } from "../../sampling/index.js";
import { acceptedBy, type DrawnType } from "./draw.js";
import { heldOutErrors } from "./held-out-errors.js";
import { adaptiveSampler, type SamplersPlan } from "./plan.js";

export interface MeasureSamplersRequest {
  readonly local: LocalPlatform;
  /** Of first measurements, and of second ones of the test kernels. */
  readonly first: Store;
  readonly second: Store;
  readonly protocol: Protocol;
  readonly plan: Pick<SamplersPlan, "samplers" | "poolSize">;
  readonly seed: number;
  readonly backend: ComputeBackend;
  /** Ends the measuring of pools early; what was measured until then is compared. */
  readonly deadline?: AbortSignal | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress?(measured: number, note: string): void;
}

/** Latencies in ms by config, of one type. */
export type Latencies = ReadonlyMap<string, number>;

/** Pools as far as they are measured, in the order drawn, failures left out. */
export interface MeasuredType {
  readonly type: string;
  readonly latencies: Latencies;
  readonly again: Latencies;
  readonly pools: Readonly<Record<string, readonly KernelConfig[]>>;
  readonly failed: number;
}

type Pools = Record<string, readonly KernelConfig[]>;

export async function measureSamplerType(request: MeasureSamplersRequest, drawn: DrawnType): Promise<MeasuredType> {
  const { local, first, second, plan } = request;
  const { type } = drawn;
  const test = drawn.test.map(({ config }) => config);
  let failed = await measureConfigs(request, first, { type, configs: test, note: "test kernels" });
  const pools: Pools = Object.fromEntries(Object.entries(drawn.pools).map(([name, { configs }]) => [name, configs]));
  const measurePools = async (upTo: number) => {
    const configs = inTurn(Object.values(pools).map((pool) => pool.slice(0, upTo)));
    failed += await measureConfigs(request, first, { type, configs, note: "samplers in turn" }, request.deadline);
  };
  if (plan.samplers.includes(adaptiveSampler)) await drawAdaptive(request, drawn, pools, measurePools);
  await measurePools(plan.poolSize);
  failed += await measureConfigs(request, second, { type, configs: test, note: "test kernels again" });
  const latencies = await latenciesOf(first, local.id, type);
  const isKnown = (config: KernelConfig) => latencies.has(configKey(type, config));
  return {
    type,
    latencies,
    again: await latenciesOf(second, local.id, type),
    pools: Object.fromEntries(Object.entries(pools).map(([name, configs]) => [name, configs.filter(isKnown)])),
    failed,
  };
}

interface Part {
  readonly type: string;
  readonly configs: readonly KernelConfig[];
  readonly note: string;
}

/** How many could not be measured. */
async function measureConfigs(
  request: MeasureSamplersRequest,
  store: Store,
  { type, configs, note }: Part,
  until?: AbortSignal,
): Promise<number> {
  const { local, protocol, seed, signal } = request;
  const stops = [until, signal].filter((one) => one !== undefined);
  const { failed } = await profileKernels({
    store,
    engine: local.engine,
    platform: local.platform,
    kernels: configs.map((config) => ({ type, config })),
    protocol,
    seed,
    signal: stops.length > 0 ? AbortSignal.any(stops) : undefined,
    onProgress: ({ done }) => request.onProgress?.(done, `${type}: ${note}`),
  });
  signal?.throwIfAborted();
  return failed;
}

/** Its pool grows round by round, each measured before the next is drawn. */
async function drawAdaptive(
  { local, first, plan, seed, backend }: MeasureSamplersRequest,
  drawn: DrawnType,
  pools: Pools,
  measurePools: (upTo: number) => Promise<void>,
): Promise<void> {
  const { type, statistics } = drawn;
  const errors = async (configs: readonly KernelConfig[]) => {
    pools[adaptiveSampler] = configs;
    await measurePools(configs.length);
    const latencies = await latenciesOf(first, local.id, type);
    const latenciesMs = configs.map((config) => latencies.get(configKey(type, config)));
    return heldOutErrors(type, configs, latenciesMs, { backend, seed });
  };
  const sampler = await loadSampler(adaptiveSampler);
  const request = { type, count: plan.poolSize, seed, statistics, errors, accepts: acceptedBy(drawn) };
  pools[adaptiveSampler] = (await sampler.sample(request)).configs;
}

async function latenciesOf(store: Store, platform: string, type: string): Promise<Latencies> {
  await store.flush();
  const latencies = new Map<string, number>();
  for (const { subject, outcome } of await store.query({ platform, type, status: "ok" }))
    if (subject.kind === "kernel" && outcome.status === "ok" && outcome.latencyMs > 0)
      latencies.set(configKey(type, subject.config), outcome.latencyMs);
  return latencies;
}
