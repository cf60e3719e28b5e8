/**
 * Measuring for the comparison of samplers: test kernels, then the samplers' kernels in turn, so that a run cut short still
 * compares equal numbers, then the test kernels again. The adaptive sampler is drawn between its rounds.
 */
import { type ComputeBackend, createRandom, leaveOutFolds, mean, relativeError } from "../../base/index.js";
import type { LocalPlatform } from "../../jobs/local-platform.js";
import { profileKernels } from "../../jobs/profile.js";
import { configKey, extractFeatures, featureNames, type KernelConfig } from "../../kernels/index.js";
import { createLearner } from "../../learning/index.js";
import type { Protocol, Store } from "../../measurements/index.js";
import { loadSampler } from "../../sampling/index.js";
import { adaptiveSampler, type DrawnType } from "./draw.js";

export interface MeasureSamplersRequest {
  readonly local: LocalPlatform;
  /** Of first measurements, and of second ones of the test kernels. */
  readonly first: Store;
  readonly second: Store;
  readonly protocol: Protocol;
  readonly samplers: readonly string[];
  readonly poolSize: number;
  readonly seed: number;
  readonly backend: ComputeBackend;
  /** Ends the measuring of pools early; what was measured until then is compared. */
  readonly deadline?: AbortSignal;
  readonly signal?: AbortSignal;
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

export async function measureSamplerType(request: MeasureSamplersRequest, drawn: DrawnType): Promise<MeasuredType> {
  const { local, first, second, samplers, poolSize, deadline, signal } = request;
  const { type } = drawn;
  const test = drawn.test.map(({ config }) => config);
  let failed = 0;
  const measure = async (store: Store, configs: readonly KernelConfig[], note: string, until?: AbortSignal) => {
    const stops = [until, signal].filter((one) => one !== undefined);
    const result = await profileKernels({
      store,
      engine: local.engine,
      platform: local.platform,
      kernels: configs.map((config) => ({ type, config })),
      protocol: request.protocol,
      seed: request.seed,
      ...(stops.length > 0 ? { signal: AbortSignal.any(stops) } : {}),
      onProgress: ({ done }) => request.onProgress?.(done, `${type}: ${note}`),
    });
    failed += result.failed;
    signal?.throwIfAborted();
  };
  await measure(first, test, "test kernels");
  const pools = Object.fromEntries(Object.entries(drawn.pools).map(([name, { configs }]) => [name, configs]));
  const measurePools = (upTo: number) =>
    measure(first, inTurn(Object.values(pools).map((configs) => configs.slice(0, upTo))), "samplers in turn", deadline);
  if (samplers.includes(adaptiveSampler)) {
    const errors = async (configs: readonly KernelConfig[]) => {
      pools[adaptiveSampler] = configs;
      await measurePools(configs.length);
      return heldOutErrors(type, configs, await latenciesOf(first, local.id, type), request);
    };
    pools[adaptiveSampler] = await drawAdaptive(request, drawn, errors);
  }
  await measurePools(poolSize);
  await measure(second, test, "test kernels again");
  const latencies = await latenciesOf(first, local.id, type);
  const known = (config: KernelConfig) => latencies.has(configKey(type, config));
  return {
    type,
    latencies,
    again: await latenciesOf(second, local.id, type),
    pools: Object.fromEntries(Object.entries(pools).map(([name, configs]) => [name, configs.filter(known)])),
    failed,
  };
}

async function drawAdaptive(
  { seed, poolSize }: MeasureSamplersRequest,
  { type, test, dearestMs, statistics }: DrawnType,
  errors: (configs: readonly KernelConfig[]) => Promise<readonly number[]>,
): Promise<readonly KernelConfig[]> {
  const { rooflineMs } = await import("../../sampling/index.js");
  const reserved = new Set(test.map(({ config }) => configKey(type, config)));
  const accepts = (config: KernelConfig) =>
    rooflineMs({ type, config }) <= dearestMs && !reserved.has(configKey(type, config));
  const sampler = await loadSampler(adaptiveSampler);
  return (await sampler.sample({ type, count: poolSize, seed, statistics, errors, accepts })).configs;
}

/** One of each list in turn, as long as any has more. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => (i < list.length ? [list[i]!] : []))).flat();
}

async function latenciesOf(store: Store, platform: string, type: string): Promise<Latencies> {
  await store.flush();
  const latencies = new Map<string, number>();
  for (const { subject, outcome } of await store.query({ platform, type, status: "ok" }))
    if (subject.kind === "kernel" && outcome.status === "ok" && outcome.latencyMs > 0)
      latencies.set(configKey(type, subject.config), outcome.latencyMs);
  return latencies;
}

const folds = 5;
const fewestRows = 20;

/** |predicted ÷ measured − 1| by trees that have not seen the config (nn-Meter's predictors are forests); 0 where not measured. */
async function heldOutErrors(
  type: string,
  configs: readonly KernelConfig[],
  latencies: Latencies,
  { backend, seed }: Pick<MeasureSamplersRequest, "backend" | "seed">,
): Promise<number[]> {
  const errors = configs.map(() => 0);
  const measured = configs.map((_, i) => i).filter((i) => latencies.has(configKey(type, configs[i]!)));
  if (measured.length < fewestRows) return errors;
  const order = createRandom(`${seed}/adaptive-errors`).shuffle(measured);
  const learner = await createLearner("boosted-trees", backend);
  const columns = featureNames(type, "derived").length;
  const matrix = (rows: readonly number[]) => ({
    rows: rows.length,
    columns,
    values: extractFeatures(
      type,
      rows.map((row) => configs[row]!),
      "derived",
    ),
  });
  const latencyOf = (row: number) => latencies.get(configKey(type, configs[row]!))!;
  for (const { kept, left } of leaveOutFolds(order, folds)) {
    const model = await learner.train({ x: matrix(kept), y: kept.map(latencyOf) }, { seed, target: "log" });
    const predicted = await model.predict(matrix(left));
    for (const [i, row] of left.entries()) errors[row] = relativeError(predicted[i]!, latencyOf(row));
    await model.release();
  }
  return errors;
}

export const meanLatencyMs = (type: string, configs: readonly KernelConfig[], latencies: Latencies): number =>
  mean(configs.map((config) => latencies.get(configKey(type, config))!));
