import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { type Kernel, kernelTypeOf, projectConfig } from "../kernels/index.js";
import { fitFlopsModel } from "./flops-models/index.js";
import { fitLookUp } from "./look-up/index.js";
import { fitNnMeter } from "./nn-meter/index.js";

const type = "dwconv-bn-relu";

function kernels(count: number, seed: number): Kernel[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const size = 7 + random.integer(50);
    const config = projectConfig(type, { h: size, w: size, cin: 16 + random.integer(200), kernelSize: 3, stride: 1 });
    const row = kernelTypeOf(type);
    return { name: `k${i}`, type, config, flops: row.flops(config), params: row.params(config), nodes: [] };
  });
}

const msOf = (kernel: Kernel) => 0.01 + kernel.flops / 50e6;
const tableOf = (list: readonly Kernel[]) => ({
  type,
  configs: list.map(({ config }) => config),
  latenciesMs: list.map(msOf),
});
const close = (a: number, b: number, share: number) => assert.ok(Math.abs(a / b - 1) < share, `${a} beside ${b}`);

test("a look-up table answers what it has exactly, and the sum over a model adds up", () => {
  const known = kernels(30, 1);
  const [sum] = fitLookUp([tableOf(known)])([{ kernels: [known[3]!, known[7]!, known[3]!] }]);
  close(sum!, 2 * msOf(known[3]!) + msOf(known[7]!), 1e-9);
});

test("a kernel type that was never measured costs what its FLOPs say, not nothing", () => {
  const known = kernels(30, 1);
  const other = { ...known[0]!, type: "conv-bn-relu" };
  for (const fit of [fitLookUp([tableOf(known)]), fitNnMeter([tableOf(known)], { seed: 1, trees: 5 })])
    close(fit([{ kernels: [other] }])[0]!, msOf(other), 0.05);
});

test("nn-Meter's forests come close to a law they have seen enough of", () => {
  const fresh = kernels(40, 2).map((kernel) => ({ kernels: [kernel] }));
  const predicted = fitNnMeter([tableOf(kernels(400, 1))], { seed: 1, trees: 40 })(fresh);
  const errors = fresh
    .map(({ kernels: [kernel] }, i) => Math.abs(predicted[i]! / msOf(kernel!) - 1))
    .sort((a, b) => a - b);
  assert.ok(errors[20]! < 0.08, `median error ${errors[20]}`);
});

test("a line in FLOPs is recovered, with and without parameters", () => {
  const all = kernels(20, 3).map((kernel) => ({ detection: { kernels: [kernel] }, measuredMs: msOf(kernel) }));
  for (const withParams of [false, true]) {
    const predicted = fitFlopsModel(all, withParams)(all.map(({ detection }) => detection));
    for (const [i, { measuredMs }] of all.entries()) close(predicted[i]!, measuredMs, 1e-4);
  }
});
