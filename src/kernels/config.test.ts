import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exampleConfig } from "./catalogue.js";
import { configKey, normalizeConfig, projectConfig, validateConfig } from "./config.js";
import { kernelCost } from "./cost.js";
import { extractFeatures, featureNames } from "./features.js";
import { broadcastFields, imageSize } from "./types/binary.js";
import { transposeFields } from "./types/layout.js";
import { createUserKernelType } from "./user-types.js";

describe("kernel configs", () => {
  it("aliases of published tables are understood", () => {
    const config = normalizeConfig("conv-bn-relu", { HW: 56, CIN: 16, COUT: "24", KERNEL_SIZE: 3, STRIDES: "2.0" });
    assert.equal(configKey("conv-bn-relu", config), "h=56,w=56,cin=16,cout=24,kernelH=3,kernelW=3,strideH=2,strideW=2");
    assert.equal(config.activation, "relu");
    assert.equal(normalizeConfig("dwconv-bn-relu", { hw: 7, channels: 96, kernel_size: 5 }).cin, 96);
    assert.deepEqual(normalizeConfig("gelu", { rows: 3, columns: 5 }), { c: 1, h: 3, w: 5, form: "erf" });
    assert.equal(normalizeConfig("matmul", { m: 1, n: 2, k: 3 }).k, 3);
  });

  it("what is missing, unknown, broken or impossible is refused with its reason", () => {
    const conv = { h: 8, w: 8, cin: 6, cout: 8, kernelH: 3, kernelW: 3 };
    const refused = (change: Record<string, number | string>, message: RegExp) =>
      assert.throws(() => normalizeConfig("conv-bn-relu", { ...conv, ...change }), { code: "invalid-config", message });
    refused({ latency: 3 }, /no field latency/);
    refused({ h: 0 }, /outside 1/);
    refused({ h: 2.5 }, /not an integer/);
    refused({ h: "many" }, /not a number/);
    refused({ groups: 4 }, /groups 4/);
    refused({ activation: "relu7" }, /relu7 is none of/);
    refused({ kernelH: 9, padding: "valid" }, /does not fit/);
    refused({ h: 8192, w: 8192, cout: 4096 }, /exceeds/);
    assert.throws(() => normalizeConfig("fc", { cin: 3, cout: 4 }), { message: /rows is missing/ });
  });

  it("projection goes to the nearest valid config", () => {
    const config = projectConfig("conv-bn-relu", { hw: 13.6, cin: 30, cout: 45, groups: 7, kernelSize: -2, add: 1 });
    assert.deepEqual([config.h, config.w, config.groups, config.kernelH, config.add], [14, 14, 5, 1, "add"]);
    const huge = projectConfig("conv-bn-relu", { hw: 1e9, cin: 1e9, cout: 1e9, kernelSize: 3 });
    assert.equal(validateConfig("conv-bn-relu", huge), undefined);
  });
});

describe("canonical forms", () => {
  it("operands that broadcast", () => {
    const of = (...shapes: number[][]) => {
      const { c, h, w, broadcast } = broadcastFields(shapes);
      return [c, h, w, broadcast];
    };
    assert.deepEqual(of([1, 64, 7, 7], [1, 64, 7, 7]), [64, 7, 7, "none"]);
    assert.deepEqual(of([1, 64, 7, 7], [1, 64, 1, 1]), [64, 7, 7, "channel"]);
    assert.deepEqual(of([64, 1, 1], [1, 64, 7, 7]), [64, 7, 7, "channel"]);
    assert.deepEqual(of([1, 197, 192], [192]), [1, 197, 192, "inner"]);
    assert.deepEqual(of([1, 3, 5, 5], []), [3, 5, 5, "scalar"]);
    assert.deepEqual(of([4, 64, 7, 7], [1, 64, 1, 1]), [4, 64, 49, "middle"]);
    assert.deepEqual(of([5, 1], [1, 6]), [1, 5, 6, "both"]);
    assert.deepEqual(imageSize([2, 3, 4, 5]), { c: 6, h: 4, w: 5 });
    assert.deepEqual(imageSize([]), { c: 1, h: 1, w: 1 });
  });

  it("transposes", () => {
    assert.equal(transposeFields([1, 1, 5], [2, 0, 1]), undefined);
    assert.deepEqual(transposeFields([1, 3, 8, 9], [0, 2, 3, 1]), { perm: "10", d0: 3, d1: 72, d2: 1, d3: 1, d4: 1 });
    assert.deepEqual(transposeFields([1, 197, 3, 64], [2, 0, 1, 3])?.perm, "102");
    assert.deepEqual(transposeFields([2, 4, 8, 8], [0, 1, 3, 2]), { perm: "021", d0: 8, d1: 8, d2: 8, d3: 1, d4: 1 });
    const six = transposeFields([2, 3, 4, 5, 6, 7], [5, 4, 3, 2, 1, 0])!;
    assert.equal(six.perm, "43210");
    assert.equal(six.d0 * six.d1 * six.d2 * six.d3 * six.d4, 5040);
  });
});

describe("user-defined kernel types", () => {
  const type = createUserKernelType("mbconv", ["hw", "cin", "expansion"], {
    flops: "2 * hw^2 * cin * ceil(expansion)",
  });

  it("have formulas, features and fractions", () => {
    const config = normalizeConfig(type, { HW: "14", cin: 16, expansion: 1.5 });
    assert.equal(type.flops(config), 2 * 14 ** 2 * 16 * 2);
    assert.equal(type.params(config), 0);
    for (const set of ["published", "derived"] as const) {
      const values = extractFeatures(type, [config, { hw: 0, cin: -3, expansion: 0 }], set);
      assert.equal(values.length, 2 * featureNames(type, set).length);
      assert.ok(values.every(Number.isFinite));
    }
  });

  it("need fields and readable formulas", () => {
    assert.throws(() => createUserKernelType("x", []), { code: "invalid-table" });
    assert.throws(() => createUserKernelType("x", ["a"], { params: "a + b" }), { code: "invalid-config" });
  });

  it("cost what they say themselves", () => {
    const kernel = { type: "mbconv", config: { hw: 14 }, flops: 10, params: 3 };
    assert.deepEqual(kernelCost(kernel), { flops: 10, activationBytes: 0, weightBytes: 12 });
    assert.equal(kernelCost({ ...kernel, type: "relu", config: { c: 2, h: 3, w: 4 } }).activationBytes, 192);
  });
});

it("features by name, for predictors of a version that computed fewer", () => {
  const configs = [58, 64].map((cin) => ({ ...exampleConfig("dwconv-bn-relu"), cin }));
  const some = extractFeatures("dwconv-bn-relu", configs, "derived", ["channels not by 4", "8/cin"]);
  assert.deepEqual([...some], [1, 8 / 58, 0, 8 / 64].map(Math.fround));
  assert.throws(() => extractFeatures("dwconv-bn-relu", configs, "derived", ["of a later version"]), /internal/);
});
