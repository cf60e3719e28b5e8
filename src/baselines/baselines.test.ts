import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { createUserKernelType, kernelTypeOf, projectConfig } from "../kernels/index.js";
import { flopsLinear } from "./flops.js";
import { logLinear } from "./log-linear.js";
import { lowRank } from "./low-rank.js";
import { medianRatio } from "./median-ratio.js";
import { utilisation } from "./utilisation.js";

const type = createUserKernelType("mbconv", ["hw", "cin"], { flops: "hw * hw * cin", params: "cin" });

function rows(count: number, seed: number) {
  const random = createRandom(seed);
  const configs = Array.from({ length: count }, () => ({ hw: 1 + random.integer(50), cin: 1 + random.integer(200) }));
  return { type, configs, sourcesMs: [Float64Array.from(configs, ({ hw, cin }) => 0.01 * hw ** 1.7 * cin ** 0.6)] };
}
const close = (actual: Float64Array, expected: readonly number[]) =>
  actual.forEach((ms, i) => {
    assert.ok(Math.abs(ms / expected[i]! - 1) < 1e-3, `${ms} beside ${expected[i]}`);
  });

test("log-linear recovers a power law of source and config", () => {
  const law = (r: ReturnType<typeof rows>) => r.configs.map(({ hw }, i) => 3 * r.sourcesMs[0]![i]! ** 0.8 * hw ** 0.3);
  const [train, fresh] = [rows(20, 1), rows(30, 2)];
  close(logLinear(train, law(train))(fresh), law(fresh));
});

test("median ratio recovers a constant factor, whatever one wild row says", () => {
  const [train, fresh] = [rows(9, 1), rows(10, 2)];
  const measured = Array.from(train.sourcesMs[0]!, (ms) => 2.5 * ms);
  measured[3]! *= 40;
  close(
    medianRatio(train, measured)(fresh),
    Array.from(fresh.sourcesMs[0]!, (ms) => 2.5 * ms),
  );
});

test("flops recovers a + b·FLOPs + c·parameters and needs no source", () => {
  const law = (configs: readonly { hw: number; cin: number }[]) =>
    configs.map(({ hw, cin }) => 0.5 + 1e-5 * hw * hw * cin + 1e-3 * cin);
  const [train, fresh] = [rows(20, 1), rows(30, 2)];
  close(flopsLinear({ ...train, sourcesMs: [] }, law(train.configs))({ ...fresh, sourcesMs: [] }), law(fresh.configs));
});

test("fewer rows than columns still give finite predictions", () => {
  const [train, fresh] = [rows(1, 1), rows(5, 2)];
  for (const baseline of [logLinear, lowRank, medianRatio, flopsLinear, utilisation])
    assert.ok(baseline(train, [1])(fresh).every((ms) => Number.isFinite(ms) && ms > 0));
});

test("low rank recovers a target between two sources, and from one source its power", () => {
  const two = (count: number, seed: number) => {
    const one = rows(count, seed);
    return { ...one, sourcesMs: [...one.sourcesMs, Float64Array.from(one.configs, ({ hw, cin }) => 0.02 * hw * cin)] };
  };
  const law = ({ sourcesMs: [a, b] }: ReturnType<typeof two>) =>
    Array.from(a!, (ms, i) => 3 * ms ** 0.8 * b![i]! ** 0.2);
  const [train, fresh] = [two(40, 1), two(30, 2)];
  const predicted = lowRank(train, law(train))(fresh);
  for (const [i, ms] of law(fresh).entries())
    assert.ok(Math.abs(predicted[i]! / ms - 1) < 0.02, `${predicted[i]} ${ms}`);
});

test("utilisation never goes below the roofline of what was measured", () => {
  const conv = kernelTypeOf("conv-bn-relu");
  const random = createRandom(3);
  const configs = Array.from({ length: 40 }, () =>
    projectConfig(conv.name, {
      h: 28,
      w: 28,
      cin: 8 + random.integer(200),
      cout: 8 + random.integer(200),
      kernelSize: 3,
    }),
  );
  const measured = configs.map((config) => 0.01 + conv.flops(config) / 5e7);
  const most = Math.max(...configs.map((config, i) => conv.flops(config) / measured[i]!));
  const predicted = utilisation(
    { type: conv, configs, sourcesMs: [] },
    measured,
  )({ type: conv, configs, sourcesMs: [] });
  for (const [i, ms] of predicted.entries()) {
    assert.ok(ms >= conv.flops(configs[i]!) / most);
    assert.ok(Math.abs(ms / measured[i]! - 1) < 0.3, `${ms} ${measured[i]}`);
  }
});
