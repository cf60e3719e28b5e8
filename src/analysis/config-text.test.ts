import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleConfig, kernelTypeNames } from "../kernels/index.js";
import { shortConfig } from "./config-text.js";

const conv = {
  ...{ batch: 1, h: 224, w: 224, cin: 3, cout: 16, kernelH: 3, kernelW: 3, strideH: 2, strideW: 2 },
  ...{ dilation: 1, groups: 1, padding: "same", activation: "none", add: "none" },
};

test("what is usual is left out, what is not is said", () => {
  assert.equal(shortConfig(conv), "3×3 s2 3→16 @224");
  const odd = {
    ...conv,
    batch: 4,
    w: 112,
    kernelW: 1,
    strideW: 1,
    dilation: 2,
    groups: 3,
    activation: "relu",
    add: "add",
  };
  assert.equal(shortConfig(odd), "3×1 s2×1 d2 g3 3→16 @224×112 n4 relu +add");
});

test("products, tensors, shapes, copies", () => {
  assert.equal(shortConfig({ rows: 196, cin: 128, cout: 256, bias: "no", activation: "none" }), "196×128→256");
  assert.equal(shortConfig({ batch: 4, m: 196, k: 16, n: 196 }), "4·[196×16]·[16×196]");
  assert.equal(shortConfig({ operator: "hsigmoid", c: 1, h: 196, w: 128 }), "hsigmoid 1×196×128");
  assert.equal(shortConfig({ perm: 102, d0: 196, d1: 4, d2: 16, d3: 1, d4: 1 }), "196×4×16 perm 102");
  assert.equal(shortConfig({ input: 25088, output: 25088 }), "25088");
  assert.equal(shortConfig({ hw: 14, expand: 1.5 }), "hw 14 expand 1.5");
});

test("every kernel type has a text that fits a column and tells configs apart by their sizes", () => {
  for (const type of kernelTypeNames) {
    const config = exampleConfig(type);
    const text = shortConfig(config);
    assert.ok(text.length > 0 && text.length <= 60, `${type}: ${text}`);
    const field = Object.keys(config).find((name) => typeof config[name] === "number")!;
    assert.notEqual(shortConfig({ ...config, [field]: Number(config[field]) + 7 }), text, type);
  }
});
