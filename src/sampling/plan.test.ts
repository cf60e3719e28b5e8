import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom } from "../base/index.js";
import { configKey, fusionRules, validateConfig } from "../kernels/index.js";
import { loadSpaces } from "../spaces/index.js";
import { allocate, planKernels } from "./plan.js";
import { collectStatistics, rooflineMs } from "./statistics.js";

const rules = fusionRules("generic");
const spaces = await loadSpaces(["mobilenetv2", "squeezenet"]);
const collect = () => collectStatistics({ spaces, rules, architecturesPerSpace: 4, random: createRandom(1) });

describe("statistics of spaces", () => {
  it("are the same for the same seed, with shares of cost that add up to 1", () => {
    const statistics = collect();
    assert.deepEqual(statistics, collect());
    const shares = Object.values(statistics.types).map((type) => type.costShare);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
    assert.equal(statistics.architectures, 8);
  });
  it("count occurrences and sort configs by share", () => {
    for (const { configs, count } of Object.values(collect().types)) {
      assert.equal(
        count,
        configs.reduce((sum, config) => sum + config.count, 0),
      );
      for (let i = 1; i < configs.length; i++) assert.ok(configs[i - 1]!.share >= configs[i]!.share);
    }
  });
  it("take a latency function instead of the roofline", () => {
    const latencyMs = ({ type }: { type: string }) => (type === "concat" ? 1 : 0);
    const only = collectStatistics({
      spaces: spaces.slice(1),
      rules,
      architecturesPerSpace: 2,
      random: createRandom(1),
      latencyMs,
    });
    assert.equal(only.types.concat!.costShare, 1);
  });
});

describe("plan of kernels to measure", () => {
  it("spends the whole budget on distinct valid kernels", () => {
    const plan = planKernels({ statistics: collect(), budget: 300, seed: 1 });
    assert.equal(plan.length, 300);
    assert.equal(new Set(plan.map(({ type, config }) => `${type} ${configKey(type, config)}`)).size, 300);
    for (const { type, config } of plan) assert.equal(validateConfig(type, config), undefined);
  });
  it("has every type in a small prefix, the costliest most often", () => {
    const statistics = collect();
    const plan = planKernels({ statistics, budget: 300, seed: 1 });
    const counts = new Map<string, number>();
    for (const { type } of plan.slice(0, 150)) counts.set(type, (counts.get(type) ?? 0) + 1);
    assert.deepEqual([...counts.keys()].sort(), Object.keys(statistics.types).sort());
    assert.equal([...counts].sort((a, b) => b[1] - a[1])[0]![0], "conv-bn-relu");
  });
  it("keeps to the types asked for", () => {
    const plan = planKernels({ statistics: collect(), budget: 50, seed: 1, types: ["maxpool"] });
    assert.ok(plan.length > 0 && plan.every(({ type }) => type === "maxpool"));
  });
  it("allocates minima first, then by cost and difficulty", () => {
    const type = (costShare: number, distinct: number) => ({
      type: "add",
      count: distinct,
      costShare,
      configs: Array.from({ length: distinct }, () => ({ config: {}, count: 1, share: 1 })),
    });
    assert.deepEqual(allocate([type(0.5, 7), type(0.5, 7)], 100, 10), [50, 50]);
    assert.deepEqual(allocate([type(1, 7), type(0, 7)], 100, 10), [90, 10]);
    assert.deepEqual(allocate([type(1, 7), type(0, 7)], 30, 40), [25, 5]);
    assert.deepEqual(allocate([], 30, 40), []);
  });
});

describe("roofline cost", () => {
  it("grows with work", () => {
    const config = (cin: number) => ({
      type: "fc",
      config: { rows: 1, cin, cout: 1000, bias: "yes", activation: "none" },
    });
    assert.ok(rooflineMs(config(64)) > 0);
    assert.ok(rooflineMs(config(2048)) > 10 * rooflineMs(config(64)));
  });
});
