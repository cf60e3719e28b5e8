/**
 * What the comparison of samplers measures: test kernels, out of real networks; and a pool of each sampler's kernels, none of
 * them a test kernel. Made without a device.
 */
import { createRandom, LitepredError, quantile } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import { configKey, type FusionRules, type KernelConfig } from "../../kernels/index.js";
import {
  collectStatistics,
  loadSampler,
  rooflineMs,
  type SamplerName,
  type SamplingReport,
  type TypeStatistics,
} from "../../sampling/index.js";
import { loadSpaces } from "../../spaces/index.js";
import { adaptiveSampler } from "./plan.js";
import { chooseTestKernels, countTestNetworks, type Occurrences, type TestKernel } from "./test-kernels.js";

export interface DrawRequest {
  readonly types: readonly string[];
  readonly samplers: readonly SamplerName[];
  /** Kernels of each sampler and type. */
  readonly poolSize: number;
  /** Test kernels of each type, at most. */
  readonly testSize: number;
  readonly seed: number;
  readonly rules: FusionRules;
  /** Networks to test on beside the example models and sampled architectures. */
  readonly models: readonly { readonly name: string; readonly graph: () => Graph }[];
  /** Default: all spaces. */
  readonly spaces?: readonly string[] | undefined;
  /** Architectures of each space behind the samplers; default the usual number. */
  readonly architecturesPerSpace?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface DrawnPool {
  readonly configs: readonly KernelConfig[];
  readonly report: SamplingReport;
}

export interface DrawnType {
  readonly type: string;
  readonly test: readonly TestKernel[];
  /** Kernels that cost more than this many ms by the roofline are in no pool and no test. */
  readonly dearestMs: number;
  readonly pools: Readonly<Record<string, DrawnPool>>;
  /** For the samplers that are drawn while measuring. */
  readonly statistics: TypeStatistics;
}

/** The dearest kernels of the spaces would take most of the time: 1 % of configs are left out on all sides. Choice. */
const kept = 0.99;

/** @throws LitepredError `no-data` for a type that the spaces have not. */
export async function drawSamplerKernels(request: DrawRequest): Promise<DrawnType[]> {
  const { seed, rules, types, samplers, architecturesPerSpace } = request;
  request.onStage?.("drawing kernels", types.length * samplers.length);
  const spaces = await loadSpaces(request.spaces);
  const random = createRandom(`${seed}/statistics`);
  const statistics = collectStatistics({ spaces, rules, architecturesPerSpace, random });
  const occurrences = countTestNetworks(request, spaces);
  const drawn: DrawnType[] = [];
  for (const [i, type] of types.entries()) {
    const ofType = statistics.types[type];
    if (ofType === undefined)
      throw new LitepredError(
        "no-data",
        `the spaces have no ${type} kernels`,
        "compare samplers on another kernel type",
      );
    drawn.push(await drawType(request, ofType, occurrences, i * samplers.length));
  }
  return drawn;
}

async function drawType(
  request: DrawRequest,
  statistics: TypeStatistics,
  occurrences: Occurrences,
  done: number,
): Promise<DrawnType> {
  const { type } = statistics;
  const costs = statistics.configs.map(({ config }) => rooflineMs({ type, config }));
  const dearestMs = quantile(costs, kept);
  const test = chooseTestKernels(type, occurrences, (config) => rooflineMs({ type, config }) <= dearestMs, request);
  const accepts = acceptedBy({ type, test, dearestMs });
  const pools: Record<string, DrawnPool> = {};
  for (const [i, name] of request.samplers.entries()) {
    request.onProgress?.(done + i, `${type} by ${name}`);
    if (name === adaptiveSampler) continue;
    const { poolSize: count, seed, signal } = request;
    pools[name] = await (await loadSampler(name)).sample({ type, count, seed, statistics, accepts, signal });
  }
  return { type, test, dearestMs, pools, statistics };
}

/** Configs that may be in a pool. */
export function acceptedBy({ type, test, dearestMs }: Pick<DrawnType, "type" | "test" | "dearestMs">) {
  const reserved = new Set(test.map(({ config }) => configKey(type, config)));
  return (config: KernelConfig) => rooflineMs({ type, config }) <= dearestMs && !reserved.has(configKey(type, config));
}
