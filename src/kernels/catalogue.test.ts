import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { randomConfig } from "../../test/contracts/kernel-configs.js";
import { createRandom } from "../base/index.js";
import { elementCount, type Graph, type Tensor } from "../graph/index.js";
import { catalogueVersion, exampleConfig, kernelTypeNames, kernelTypeOf } from "./catalogue.js";
import { configKey, normalizeConfig, projectConfig, validateConfig } from "./config.js";
import { extractFeatures, featureNames, rooflineTerms } from "./features.js";
import type { KernelConfig } from "./types.js";

const configsOf = (name: string): KernelConfig[] => {
  const random = createRandom(name);
  return [exampleConfig(name), ...Array.from({ length: 40 }, () => randomConfig(name, random, 200))];
};

const countOf = (tensors: (Tensor | undefined)[]) =>
  tensors.reduce((total, tensor) => total + elementCount(tensor!.shape), 0);

/** Weights: constants that the graph does not need to know the values of. */
const weightsOf = (graph: Graph) =>
  countOf([...graph.tensors.values()].filter(({ constant, values }) => constant && values === undefined));

function multiplyAdds(graph: Graph): number {
  let total = 0;
  const shapeOf = (name: string | undefined) => graph.tensors.get(name ?? "")!.shape;
  for (const { operator, inputs, outputs } of graph.nodes) {
    const output = elementCount(shapeOf(outputs[0]));
    if (operator === "Conv") total += output * elementCount(shapeOf(inputs[1]).slice(1));
    if (operator === "ConvTranspose")
      total += elementCount(shapeOf(inputs[0])) * elementCount(shapeOf(inputs[1]).slice(1));
    if (operator === "Gemm" || operator === "MatMul") total += output * shapeOf(inputs[0]).at(-1)!;
  }
  return total;
}

/** What these read is not what their inputs hold, or their inputs are not of 4 bytes. */
const readsDifferently = [
  "slice",
  "gather",
  "se",
  "quantize",
  "dequantize",
  "memory-bound",
  "reorder",
  "elementwise",
  "attention",
  "conv-quantised",
  "matmul-quantised",
  "elementwise-quantised",
  "other-operator",
];
const writesDifferently = [
  "quantize",
  "memory-bound",
  "reorder",
  "conv-quantised",
  "matmul-quantised",
  "elementwise-quantised",
  "dynamic-quantize",
  "other-operator",
];
const productTypes = ["conv-bn-relu", "dwconv-bn-relu", "conv-transpose", "fc", "matmul"];

describe("kernel catalogue", () => {
  it("names are unique and every field has a default or an example", () => {
    assert.equal(new Set(kernelTypeNames).size, kernelTypeNames.length);
    for (const name of kernelTypeNames) assert.equal(validateConfig(name, exampleConfig(name)), undefined, name);
  });

  for (const name of kernelTypeNames) {
    const type = kernelTypeOf(name);
    const configs = configsOf(name);

    it(`${name}: features are finite`, () => {
      for (const set of ["published", "derived"] as const) {
        const names = featureNames(name, set);
        assert.equal(new Set(names).size, names.length);
        const values = extractFeatures(name, configs, set);
        assert.equal(values.length, configs.length * names.length);
        const bad = values.findIndex((value) => !Number.isFinite(value));
        assert.equal(
          bad,
          -1,
          `${names[bad % names.length]} of ${JSON.stringify(configs[Math.floor(bad / names.length)])}`,
        );
      }
      for (const term of rooflineTerms(name, configs)) assert.ok(term >= 0);
    });

    it(`${name}: the graph has the sizes, parameters and multiply-adds of the table`, () => {
      for (const config of configs) {
        const label = `${name} ${JSON.stringify(config)}`;
        const graph = type.graph!(config);
        const { input, output } = type.elements(config);
        const tensors = (names: readonly string[]) => names.map((tensor) => graph.tensors.get(tensor));
        if (!readsDifferently.includes(name)) assert.equal(input, countOf(tensors(graph.inputs)), label);
        if (!writesDifferently.includes(name)) assert.equal(output, countOf(tensors(graph.outputs)), label);
        if (name !== "reorder") assert.equal(type.params(config), weightsOf(graph), label);
        if (productTypes.includes(name)) assert.equal(type.flops(config), 2 * multiplyAdds(graph), label);
        else assert.ok(type.flops(config) >= 2 * (name === "reorder" ? 0 : multiplyAdds(graph)), label);
      }
    });

    it(`${name}: valid configs are fixed points`, () => {
      for (const config of configs) {
        assert.deepEqual(normalizeConfig(name, config), config);
        assert.deepEqual(projectConfig(name, config), config);
      }
      const byKey = new Map(configs.map((config) => [configKey(name, config), config]));
      for (const config of configs) assert.deepEqual(byKey.get(configKey(name, config)), config);
    });
  }

  it("its version is stable within a run", () => {
    assert.match(catalogueVersion(), /^[0-9a-f]{12}$/);
    assert.equal(catalogueVersion(), catalogueVersion());
  });

  it("an unknown type is refused", () => {
    assert.throws(() => kernelTypeOf("toString"), { code: "unknown-kernel-type" });
  });
});
