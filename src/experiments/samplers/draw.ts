/**
 * What the comparison of samplers measures: test kernels, out of real networks; and a pool of each sampler's kernels, none of
 * them a test kernel. Made without a device, kept in a file by everything that it depends on.
 */
import {
  createRandom,
  getOrCreate,
  LitepredError,
  quantile,
  readKept,
  saveWhole,
  sha256,
  stableJson,
} from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import { configKey, detectKernels, type FusionRules, type KernelConfig } from "../../kernels/index.js";
import {
  collectStatistics,
  loadSampler,
  rooflineMs,
  type SamplingReport,
  type TypeStatistics,
} from "../../sampling/index.js";
import { buildExampleModel, exampleModelNames, loadSpaces } from "../../spaces/index.js";

export interface DrawRequest {
  readonly types: readonly string[];
  readonly samplers: readonly string[];
  /** Kernels of each sampler and type. */
  readonly poolSize: number;
  /** Test kernels of each type, at most. */
  readonly testSize: number;
  readonly seed: number;
  readonly rules: FusionRules;
  /** Networks to test on beside the example models and sampled architectures. */
  readonly models: readonly { readonly name: string; readonly graph: () => Graph }[];
  /** Default: all spaces. */
  readonly spaces?: readonly string[];
  /** Architectures of each space behind the samplers. Default 40. */
  readonly architecturesPerSpace?: number;
  readonly signal?: AbortSignal;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface TestKernel {
  readonly config: KernelConfig;
  /** Times that it runs in the test networks. */
  readonly occurrences: number;
}

export interface DrawnType {
  readonly type: string;
  readonly test: readonly TestKernel[];
  /** Kernels that cost more than this many ms by the roofline are in no pool and no test. */
  readonly dearestMs: number;
  readonly pools: Readonly<
    Record<string, { readonly configs: readonly KernelConfig[]; readonly report: SamplingReport }>
  >;
  /** For the samplers that are drawn while measuring. */
  readonly statistics: TypeStatistics;
}

/** Drawn in rounds, between measurements. */
export const adaptiveSampler = "adaptive";

/** The dearest kernels of the spaces would take most of the time: 1 % of configs are left out on all sides. Choice. */
const kept = 0.99;
/** Architectures of each space in the test; other ones than those behind the samplers. Choice. */
const testArchitectures = 4;

export async function drawSamplerKernels(request: DrawRequest): Promise<DrawnType[]> {
  const { spaces: names, architecturesPerSpace = 40, seed, rules, types, samplers, signal } = request;
  request.onStage?.("drawing kernels", types.length * samplers.length);
  const spaces = await loadSpaces(names);
  const random = createRandom(`${seed}/statistics`);
  const statistics = collectStatistics({ spaces, rules, architecturesPerSpace, random });
  const members = [
    ...exampleModelNames.map((name) => () => buildExampleModel(name)),
    ...request.models.map(({ graph }) => graph),
  ];
  const sampled = spaces.flatMap((space) =>
    Array.from({ length: testArchitectures }, (_, i) => () => {
      const stream = createRandom(`${seed}/test-networks/${space.name}/${i}`);
      return space.toGraph(space.sample(stream));
    }),
  );
  const occurrences = { members: countKernels(members, rules), sampled: countKernels(sampled, rules) };
  const drawn: DrawnType[] = [];
  let done = 0;
  for (const type of types) {
    const ofType = statistics.types[type];
    if (ofType === undefined)
      throw new LitepredError(
        "no-data",
        `the spaces have no ${type} kernels`,
        "compare samplers on another kernel type",
      );
    const costs = ofType.configs.map(({ config }) => rooflineMs({ type, config }));
    const dearestMs = quantile(costs, kept);
    const affordable = (config: KernelConfig) => rooflineMs({ type, config }) <= dearestMs;
    const test = testKernels(type, occurrences, affordable, request);
    const reserved = new Set(test.map(({ config }) => configKey(type, config)));
    const accepts = (config: KernelConfig) => affordable(config) && !reserved.has(configKey(type, config));
    const pools: Record<string, DrawnType["pools"][string]> = {};
    for (const name of samplers) {
      request.onProgress?.(done++, `${type} by ${name}`);
      if (name === adaptiveSampler) continue;
      const sampler = await loadSampler(name);
      const options = { type, count: request.poolSize, seed, statistics: ofType, accepts };
      const { configs, report } = await sampler.sample({ ...options, ...(signal ? { signal } : {}) });
      pools[name] = { configs, report };
    }
    drawn.push({ type, test, dearestMs, pools, statistics: ofType });
  }
  return drawn;
}

/** As `drawSamplerKernels`, from the file where the same request was answered before. */
export async function keptSamplerKernels(request: DrawRequest, fileOf: (key: string) => string): Promise<DrawnType[]> {
  const { types, samplers, poolSize, testSize, seed, rules, models, spaces, architecturesPerSpace } = request;
  const names = models.map(({ name }) => name);
  const key = sha256(
    stableJson({ types, samplers, poolSize, testSize, seed, rules, names, spaces, architecturesPerSpace }),
  );
  const file = fileOf(key.slice(0, 16));
  const kept = readKept(file);
  if (kept !== undefined) return kept as DrawnType[];
  const drawn = await drawSamplerKernels(request);
  saveWhole(file, JSON.stringify(drawn));
  return drawn;
}

type Occurrences = ReadonlyMap<string, ReadonlyMap<string, TestKernel>>;

function countKernels(networks: readonly (() => Graph)[], rules: FusionRules): Occurrences {
  const counts = new Map<string, Map<string, TestKernel>>();
  for (const graph of networks)
    for (const { type, config } of detectKernels(graph(), rules).kernels) {
      const ofType = getOrCreate(counts, type, () => new Map<string, TestKernel>());
      const key = configKey(type, config);
      ofType.set(key, { config, occurrences: (ofType.get(key)?.occurrences ?? 0) + 1 });
    }
  return counts;
}

/** Half of them out of well-known networks and model files, as far as those have that many; the rest out of sampled architectures. */
function testKernels(
  type: string,
  { members, sampled }: { readonly members: Occurrences; readonly sampled: Occurrences },
  affordable: (config: KernelConfig) => boolean,
  { testSize, seed }: DrawRequest,
): TestKernel[] {
  const random = createRandom(`${seed}/test-kernels/${type}`);
  const shuffled = (from: Occurrences) =>
    random.shuffle([...(from.get(type) ?? [])].filter(([, { config }]) => affordable(config)));
  const known = shuffled(members).slice(0, Math.ceil(testSize / 2));
  const chosen = new Map([...known, ...shuffled(sampled).slice(0, testSize)].slice(0, testSize));
  return [...chosen.values()].map(({ config }) => {
    const key = configKey(type, config);
    const times = (from: Occurrences) => from.get(type)?.get(key)?.occurrences ?? 0;
    return { config, occurrences: times(members) + times(sampled) };
  });
}
