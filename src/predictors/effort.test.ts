import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleConfig, isFallbackType, type KernelConfig, kernelTypeNames, kernelTypeOf } from "../kernels/index.js";
import { effortOf, hasFormula } from "./effort.js";
import { copyMs, generalLatencyMs } from "./general-roofline.js";
import { outOfRangeReason } from "./range.js";

const effort = (type: string, config: KernelConfig) =>
  effortOf({ type, config, flops: kernelTypeOf(type).flops(config) });

test("every kernel type has an effort, finite and not negative", () => {
  for (const type of kernelTypeNames.filter((name) => !isFallbackType(name))) {
    const value = effort(type, exampleConfig(type));
    assert.ok(Number.isFinite(value) && value >= 0, `${type}: ${value}`);
  }
});

test("signs of 8-bit operands, rows of 4-bit products and queries of attention decide which code runs", () => {
  const conv = exampleConfig("conv-quantised");
  const integer = (signs: string) => effort("conv-quantised", { ...conv, form: "integer", signs });
  assert.ok(integer("u8s8") > 5 * integer("u8u8"));
  const qlinear = (signs: string) => effort("conv-quantised", { ...conv, form: "qlinear", signs });
  assert.ok(qlinear("s8s8") > 3 * qlinear("u8u8") && qlinear("u8u8") > 2 * qlinear("u8s8"));
  const rows = (count: number) => effort("matmul-nbits", { ...exampleConfig("matmul-nbits"), rows: count }) / count;
  assert.ok(rows(1) > 2 * rows(32));
  const eightBits = (accuracy: string) =>
    effort("matmul-nbits", { ...exampleConfig("matmul-nbits"), rows: 1, bits: 8, accuracy });
  assert.ok(eightBits("float") > 20 * eightBits("int8"));
  const depthwise = (multiplier: number) =>
    effort("dwconv-bn-relu", { ...exampleConfig("dwconv-bn-relu"), multiplier });
  assert.ok(depthwise(2) > 4 * depthwise(1));
  const attention = exampleConfig("attention-cached");
  const queries = (count: number) => effort("attention-cached", { ...attention, queries: count, past: 0 }) / count ** 2;
  assert.ok(queries(4) > queries(64));
});

test("an estimate grows with the work; copies of outputs cost their bytes, more beyond 4 MB", () => {
  const roofline = [0.001, 10, 5, 20];
  const einsum = (m: number) => {
    const config = { ...exampleConfig("einsum"), m };
    const row = kernelTypeOf("einsum");
    return generalLatencyMs(roofline, { type: "einsum", config, flops: row.flops(config), params: 0 });
  };
  assert.ok(einsum(512) > 2 * einsum(128));
  assert.equal(copyMs(roofline, 0), 0);
  // 1 MB, three times over, at 20 ms a GB.
  assert.ok(Math.abs(copyMs(roofline, 250_000) - 0.06) < 1e-9);
  assert.ok(copyMs(roofline, 2_500_000) > 2 * 10 * copyMs(roofline, 250_000));
});

test("a choice that the data is older than counts as its usual value", () => {
  const row = kernelTypeOf("conv-quantised");
  assert.equal(outOfRangeReason({}, { signs: "u8s8" }, row), undefined);
  assert.match(outOfRangeReason({}, { signs: "u8u8" }, row)!, /signs u8u8 was not among/);
});

test("a formula says more than a predictor of a few configs, or than one that hardly saw the like", () => {
  const recurrent = { type: "recurrent", config: exampleConfig("recurrent") };
  assert.ok(hasFormula(recurrent, 30) && !hasFormula(recurrent, 300));
  const depthwise = (multiplier: number) => ({ type: "dwconv-bn-relu", config: { multiplier } });
  assert.ok(hasFormula(depthwise(4), 300) && !hasFormula(depthwise(2), 300));
  assert.ok(!hasFormula({ type: "add", config: exampleConfig("add") }, 30));
});
