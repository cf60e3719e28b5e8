import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exampleConfig, type Kernel, kernelTypeNames, kernelTypeOf, validateConfig } from "../kernels/index.js";
import { edgeConfigs } from "./edges.js";
import { planNetworks } from "./networks.js";

const kernel = (changes: Kernel["config"], flops = 1e6): Kernel => ({
  name: "k",
  type: "conv-bn-relu",
  config: { ...exampleConfig("conv-bn-relu"), ...changes },
  flops,
  params: 0,
  nodes: [],
});

describe("networks to profile", () => {
  it("come in the order of what they add", () => {
    const common = { kernels: [kernel({}), kernel({ cin: 64 })] };
    const order = planNetworks([common, common, { kernels: [kernel({ activation: "sigmoid" })] }], 3);
    assert.equal(order.length, 3);
    assert.notEqual(order[2], 2, "the one with a choice of its own is not last");
    assert.deepEqual(planNetworks([common], 5), [0]);
  });
  it("are rather small ones, if they tell the same", () => {
    const order = planNetworks([{ kernels: [kernel({}, 3e9)] }, { kernels: [kernel({}, 3e7)] }], 2);
    assert.deepEqual(order, [1, 0]);
  });
});

describe("configs at the edges", () => {
  it("are valid for every kernel type, and have every choice that nothing measured had", () => {
    for (const type of kernelTypeNames) {
      if (kernelTypeOf(type).graph === undefined) continue;
      const measured = [exampleConfig(type)];
      const found = edgeConfigs(type, measured);
      for (const config of found)
        assert.equal(validateConfig(type, config), undefined, `${type} ${JSON.stringify(config)}`);
    }
    const activations = new Set(edgeConfigs("conv-bn-relu", [exampleConfig("conv-bn-relu")]).map((c) => c.activation));
    assert.ok(activations.size > 3);
  });
  it("reach beyond what was measured", () => {
    const measured = [8, 64, 256].map((cin) => ({ ...exampleConfig("conv-bn-relu"), cin, cout: 32, groups: 1 }));
    const channels = edgeConfigs("conv-bn-relu", measured).map(({ cin }) => Number(cin));
    assert.ok(Math.min(...channels) < 8 && Math.max(...channels) > 256);
  });
  it("reach groups, around a config whose channels they divide", () => {
    const measured = [12, 20, 128].map((cin) => ({ ...exampleConfig("conv-bn-relu"), cin, cout: cin, groups: 1 }));
    const odd = { ...exampleConfig("conv-bn-relu"), cin: 32, cout: 32, groups: 32 };
    assert.ok(edgeConfigs("conv-bn-relu", [...measured, odd]).some(({ groups }) => Number(groups) > 32));
  });
});
