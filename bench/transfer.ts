/**
 * Adaptation beside its goals, on made-up devices: ranking a pool of 85 platforms for 25 kernel types, and adapting those types
 * with 1,000 measurements. Sources answer by formula, so what is timed is the method and not the predictors that it asks.
 */
import { createRandom } from "../src/base/index.js";
import { type SyntheticDevice, syntheticDevice, syntheticLatencyMs } from "../src/engines/synthetic.js";
import { fusionRules, type KernelConfig, kernelTypeOf } from "../src/kernels/index.js";
import { onnxRuntime } from "../src/runtime/index.js";
import { collectStatistics, planKernels } from "../src/sampling/index.js";
import { loadSpaces } from "../src/spaces/index.js";
import { loadTransferMethod, rankSources, type Source } from "../src/transfer/index.js";
import type { BenchResult } from "./result.js";

const platformCount = 85;
const typeCount = 25;
const budget = 1000;
/** Configs of each type on which sources are compared. */
const representative = 40;
/** What `adapt` chooses from, per measurement. */
const candidatesPerMeasurement = 12;

export default async function* transfer(): AsyncGenerator<BenchResult> {
  const kernels = await candidates();
  const types = `${kernels.size} kernel types`;
  yield {
    what: `similarity, ${platformCount} platforms, ${types}`,
    value: await rankAll(kernels),
    unit: "s",
    goal: { atMost: 2 },
  };
  for (const count of [5, platformCount])
    yield {
      what: `adapting ${types}, ${budget} measurements, ${count} sources`,
      value: await adaptAll(kernels, count),
      unit: "s of CPU",
      goal: { atMost: 60 },
    };
}

async function candidates(): Promise<Map<string, KernelConfig[]>> {
  const statistics = collectStatistics({
    spaces: await loadSpaces(),
    rules: fusionRules("onnxruntime", { nchwcBlock: 16 }),
    architecturesPerSpace: 20,
    random: createRandom("bench/transfer"),
  });
  const planned = planKernels({ statistics, budget: budget * candidatesPerMeasurement, seed: 1, minimumPerType: 150 });
  const byType = new Map<string, KernelConfig[]>();
  for (const { type, config } of planned) byType.set(type, [...(byType.get(type) ?? []), config]);
  return new Map([...byType].slice(0, typeCount));
}

function device(index: number): SyntheticDevice {
  const random = createRandom(`bench/transfer/${index}`);
  return {
    ...syntheticDevice,
    flopsPerMs: syntheticDevice.flopsPerMs * 4 ** (random.next() * 2 - 1),
    bytesPerMs: syntheticDevice.bytesPerMs * 4 ** (random.next() * 2 - 1),
    overheadMs: syntheticDevice.overheadMs * 4 ** (random.next() * 2 - 1),
    vector: [4, 8, 16, 32][random.integer(4)]!,
  };
}

const latencies = (type: string, configs: readonly KernelConfig[], of: SyntheticDevice): Float64Array =>
  Float64Array.from(configs, (config) => syntheticLatencyMs(type, config, of));

async function rankAll(kernels: ReadonlyMap<string, readonly KernelConfig[]>): Promise<number> {
  const pool = Array.from({ length: platformCount }, (_, i) => device(i + 1));
  const started = performance.now();
  for (const [type, configs] of kernels) {
    const chosen = configs.slice(0, representative);
    const predictions = pool.map((of, i) => ({ platform: `${i}`, latenciesMs: latencies(type, chosen, of) }));
    rankSources(latencies(type, chosen, device(0)), predictions);
  }
  return (performance.now() - started) / 1000;
}

async function adaptAll(kernels: ReadonlyMap<string, readonly KernelConfig[]>, sources: number): Promise<number> {
  const method = await loadTransferMethod("default", onnxRuntime);
  const random = createRandom("bench/transfer/noise");
  const pool = Array.from({ length: sources }, (_, i) => device(i + 1));
  const target = device(0);
  const before = process.cpuUsage();
  const adaptation = await method.adapt({
    kernels: [...kernels].map(([name, configs]) => ({
      type: kernelTypeOf(name),
      candidates: configs,
      sources: pool.map(
        (of, i): Source => ({ platform: `${i}`, latencies: async (asked) => latencies(name, asked, of) }),
      ),
    })),
    budget,
    seed: 1,
    measure: async (requests) =>
      requests.map(({ type, config }) => ({
        status: "measured",
        latencyMs: syntheticLatencyMs(type, config, target) * Math.exp(0.02 * random.normal()),
      })),
  });
  for (const [name, configs] of kernels) await adaptation.kernels.get(name)!.predict(configs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
