import { createUserKernelType, type KernelConfig, type KernelType } from "../../src/kernels/index.js";
import { type LearnerState, mlp16 } from "../../src/learning/index.js";
import { onnxRuntime } from "../../src/runtime/index.js";
import {
  type AdaptationTask,
  loadTransferMethod,
  type Source,
  trainPublishedNetwork,
} from "../../src/transfer/index.js";
import { createLitepredMethod } from "../../src/transfer/methods/litepred.js";
import { transferMethodContract } from "./transfer-method.js";

/** The published recipe with two layers, so that the test is fast. */
const recipe = {
  ...mlp16,
  layers: [
    { units: 16, activation: "relu" as const },
    { units: 1, activation: "identity" as const },
  ],
  epochs: 30,
  batch: 8,
  learningRate: 1e-2,
};

const configs: KernelConfig[] = Array.from({ length: 40 }, (_, i) => ({
  hw: 1 + (i % 8),
  cin: 1 + Math.floor(i / 8),
}));
const law = (speed: number) => (config: KernelConfig) => (1 + Number(config.hw) * Number(config.cin)) / speed;

function source(platform: string, type: KernelType, of: (config: KernelConfig) => number): Source {
  const table = { configs, latenciesMs: Float64Array.from(configs, of) };
  let network: Promise<LearnerState> | undefined;
  return {
    platform,
    table,
    latencies: async (asked) => Float64Array.from(asked, of),
    network: () => {
      network ??= trainPublishedNetwork(onnxRuntime, type, table, {}, recipe);
      return network;
    },
  };
}

const task: AdaptationTask = {
  kernels: ["block", "stem"].map((name) => {
    const type = createUserKernelType(name, ["hw", "cin"]);
    return { type, candidates: configs, sources: [source("a", type, law(2)), source("b", type, law(0.5))] };
  }),
  measure: async (requests) => requests.map(({ config }) => ({ status: "measured", latencyMs: law(1)(config) })),
  budget: 24,
  seed: 1,
};

transferMethodContract(await loadTransferMethod("default", onnxRuntime), task);
for (const rank of ["lowest", "median", "highest"] as const)
  transferMethodContract(createLitepredMethod(onnxRuntime, recipe, rank), task);
