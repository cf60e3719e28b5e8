import assert from "node:assert/strict";
import { test } from "node:test";
import { conformalQuantile } from "../base/conformal.js";
import { type Correction, createCorrector, fitCorrection, noCorrection, type WholeModel } from "./correction.js";
import { memoryUse } from "./weights-in-cache.js";

const model = (conv: number, dwconv: number, factor: number) => ({
  kernels: [
    { name: "a", type: "conv-bn-relu", config: {}, latencyMs: conv, nodes: [] },
    { name: "b", type: "dwconv-bn-relu", config: {}, latencyMs: dwconv, nodes: [] },
  ],
  measuredMs: (conv + dwconv) * factor,
});

const correctionFactor = (correction: Correction, kernels: WholeModel["kernels"]): number =>
  createCorrector(correction).correct(kernels, 0.9).factor;

test("without models nothing is corrected", () => {
  assert.equal(correctionFactor(noCorrection, model(1, 1, 1).kernels), 1);
});

test("a constant factor is found from few models", () => {
  const fit = fitCorrection([model(1, 2, 1.2), model(3, 1, 1.2), model(2, 2, 1.2)]);
  assert.ok(Math.abs(correctionFactor(fit, model(5, 1, 1).kernels) - 1.2) < 1e-9);
  assert.deepEqual(
    fit.residuals.map((residual) => Math.round(residual * 1e9)),
    [0, 0, 0],
  );
});

test("with more models, shares of time in groups of kernel types are told apart", () => {
  const train = Array.from({ length: 24 }, (_, i) =>
    model(1 + (i % 5), 1 + ((i * 7) % 4), i % 5 > (i * 7) % 4 ? 1.2 : 0.95),
  );
  const fit = fitCorrection(train);
  assert.ok(correctionFactor(fit, model(5, 1, 1).kernels) > correctionFactor(fit, model(1, 5, 1).kernels));
});

test("the conformal quantile is the ⌈(n+1)·level⌉-th smallest error, and widens where there are too few", () => {
  const errors = Array.from({ length: 19 }, (_, i) => (i + 1) / 100);
  assert.equal(conformalQuantile(errors, 0.9), 0.18);
  assert.ok(conformalQuantile([0.01, 0.02, 0.03], 0.9) > 0.03);
  assert.equal(conformalQuantile([], 0.9), Number.POSITIVE_INFINITY);
});

test("one odd network of two dozen does not widen all intervals", () => {
  const network = (i: number) => model(1 + (i % 5), 1 + ((i * 7) % 4), i === 23 ? 1.6 : 1 + 0.01 * (i % 3));
  const fit = fitCorrection(Array.from({ length: 24 }, (_, i) => network(i)));
  const { halfWidth } = createCorrector(fit).correct(model(3, 3, 1).kernels, 0.9);
  assert.ok(fit.residuals.at(-1)! > 0.3);
  assert.ok(halfWidth < 0.1, `${halfWidth}`);
});

test("with many models the rest is learned too, and a model unlike all others has a wider interval", () => {
  const train = Array.from({ length: 60 }, (_, i) => {
    const share = (i * 0.37) % 1;
    const total = 8 + (i % 5);
    return model(share * total, (1 - share) * total, 1 + 0.2 * Math.sin(6 * share));
  });
  const fit = fitCorrection(train);
  const corrector = createCorrector(fit);
  const known = corrector.correct(model(5, 5, 1).kernels, 0.9);
  assert.ok(Math.abs(known.factor - (1 + 0.2 * Math.sin(3))) < 0.03);
  const strange = corrector.correct(model(500, 500, 1).kernels, 0.9);
  assert.ok(strange.halfWidth > known.halfWidth);
});

test("models measured while the machine was twice as slow do not raise the others", () => {
  const train = Array.from({ length: 60 }, (_, i) => {
    const share = (i * 0.37) % 1;
    const total = 8 + (i % 5);
    return model(share * total, (1 - share) * total, (1 + 0.01 * Math.sin(40 * share)) * (i % 6 === 0 ? 2 : 1));
  });
  const corrector = createCorrector(fitCorrection(train));
  for (const conv of [2, 5, 8])
    assert.ok(Math.abs(corrector.correct(model(conv, 10 - conv, 1).kernels, 0.9).factor - 1) < 0.04);
});

test("weights of networks that fit a cache are found to be cheaper", () => {
  const msPerByte = 1e-6 / 20;
  const dense = { rows: 1, cin: 1280, cout: 1000, bias: "no", activation: "none" };
  const bytes = 4 * 1280 * 1000;
  const square = {
    batch: 1,
    h: 56,
    w: 56,
    cin: 64,
    kernelH: 3,
    kernelW: 3,
    strideH: 1,
    strideW: 1,
    dilation: 1,
    groups: 1,
  };
  const plain = { ...square, padding: "same", activation: "relu", add: "none" };
  const network = (i: number) => {
    // Networks with 7 to 50 MB of weights; a fifth to a half of the time is one dense layer's.
    const convs = 1 + (i % 20);
    const conv = { ...plain, cin: 256, cout: 192 + 16 * (i % 7), kernelH: 3, kernelW: 3 };
    const kernels = [
      { name: "fc", type: "fc", config: dense, latencyMs: bytes * msPerByte, nodes: [] },
      ...Array.from({ length: convs }, (_, k) => ({
        name: `c${k}`,
        type: "conv-bn-relu",
        config: conv,
        latencyMs: (0.25 + 0.05 * (i % 3)) / convs,
        nodes: [],
      })),
    ];
    const { weightBytes } = memoryUse(kernels, msPerByte);
    const fcMs = bytes * msPerByte * (weightBytes < 16e6 ? 0.4 : 1);
    return { kernels, weightBytes, measuredMs: fcMs + 0.25 + 0.05 * (i % 3) };
  };
  const networks = Array.from({ length: 80 }, (_, i) => network(i));
  const fit = fitCorrection(networks.slice(0, 60), 0, msPerByte);
  assert.ok(fit.weights !== undefined && fit.weights.log < 0);
  assert.ok(fit.weights.halfAtBytes >= 8e6 && fit.weights.halfAtBytes <= 24e6, `${fit.weights.halfAtBytes}`);
  const without = fitCorrection(networks.slice(0, 60));
  const errorOf = (correction: Correction) =>
    Math.max(
      ...networks
        .slice(60)
        .filter(({ weightBytes }) => weightBytes < 10e6 || weightBytes > 28e6)
        .map(({ kernels, measuredMs }) =>
          Math.abs((sumOf(kernels) * correctionFactor(correction, kernels)) / measuredMs - 1),
        ),
    );
  assert.ok(errorOf(fit) < errorOf(without) + 0.01, `${errorOf(fit)} ${errorOf(without)}`);
  assert.ok(errorOf(fit) < 0.1, `${errorOf(fit)}`);
});

const sumOf = (kernels: WholeModel["kernels"]) => kernels.reduce((total, { latencyMs }) => total + latencyMs, 0);
