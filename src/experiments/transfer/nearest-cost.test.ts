import assert from "node:assert/strict";
import { test } from "node:test";
import { normalizeConfig } from "../../kernels/index.js";
import { rooflineMs } from "../../sampling/index.js";
import { nearestCost } from "./nearest-cost.js";

const type = "dwconv-bn-relu";
const config = (kernel: number, cin: number) => normalizeConfig(type, { hw: 28, cin, kernelsize: kernel, stride: 1 });

test("a kernel costs what those most like it do, times the roofline; others the roofline", () => {
  const configs = [3, 7].flatMap((kernel) => [32, 64, 128, 256].map((cin) => config(kernel, cin)));
  const factor = (kernel: number | string | undefined) => (kernel === 7 ? 10 : 1);
  const latenciesMs = configs.map((one) => rooflineMs({ type, config: one }) * factor(one.kernelH));
  const cost = nearestCost([{ type, configs, latenciesMs }]);
  for (const kernel of [3, 7]) {
    const one = { type, config: config(kernel, 96) };
    assert.ok(Math.abs(cost(one) / rooflineMs(one) / factor(kernel) - 1) < 1e-9);
  }
  const other = { type: "relu", config: normalizeConfig("relu", { c: 8, h: 7, w: 7 }) };
  assert.equal(cost(other), rooflineMs(other));
});
