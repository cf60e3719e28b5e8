import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { loadGaussianProcess } from "./gaussian-model.js";
import { trainGaussianProcess } from "./gaussian-process.js";
import type { Matrix } from "./learner.js";
import { negativeLogPosterior } from "./marginal-likelihood.js";

function sample(rows: number, columns: number, seed: number, f: (row: number[]) => number, noise = 0) {
  const random = createRandom(seed);
  const points = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
  const x: Matrix = { rows, columns, values: Float64Array.from(points.flat()) };
  return { x, y: points.map((row) => f(row) + noise * random.normal()) };
}

for (const name of ["matern52", "rbf"] as const)
  test(`gradient of the marginal likelihood equals finite differences (${name})`, () => {
    const { x, y } = sample(25, 3, 4, ([a, b]) => Math.sin(a!) + 0.5 * b!, 0.1);
    const noiseScale = Float64Array.from(y, (_, i) => 1 + (i % 3));
    const data = { x: Float64Array.from(x.values), y: Float64Array.from(y), noiseScale, columns: 3 };
    const form = { name, linear: true };
    const at = Float64Array.of(-0.3, -3, -1, 0.2, 0.9, 1.4);
    const { gradient } = negativeLogPosterior(data, form, at);
    at.forEach((_, i) => {
      const shifted = (by: number) => {
        const point = Float64Array.from(at);
        point[i] = point[i]! + by;
        return negativeLogPosterior(data, form, point).value;
      };
      const expected = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
      assert.ok(
        Math.abs(gradient[i]! - expected) < 1e-5 * (1 + Math.abs(expected)),
        `${i}: ${gradient[i]} ${expected}`,
      );
    });
  });

test("learns a smooth function from few rows, and says how sure it is", async () => {
  const f = ([a, b, c]: number[]) => 10 + 2 * a! + Math.sin(2 * b!) + 0 * c!;
  const train = sample(60, 3, 1, f, 0.05);
  const test = sample(200, 3, 2, f);
  const model = trainGaussianProcess(train.x, train.y);
  const { mean, variance, noiseVariance } = model.posterior(test.x);
  const errors = test.y.map((y, i) => Math.abs(y - mean[i]!));
  const rms = Math.sqrt(errors.reduce((s, e) => s + e * e, 0) / errors.length);
  assert.ok(rms < 0.35, `rms ${rms}`);
  assert.ok(Math.sqrt(noiseVariance) > 0.02 && Math.sqrt(noiseVariance) < 0.12, `noise ${Math.sqrt(noiseVariance)}`);
  const covered = errors.filter((e, i) => e < 1.645 * Math.sqrt(variance[i]! + noiseVariance)).length / errors.length;
  assert.ok(covered > 0.8, `coverage ${covered}`);
  assert.deepEqual(await model.predict(test.x), mean);
});

test("far from the data the linear mean carries on, and the variance grows", () => {
  const { x, y } = sample(40, 2, 3, ([a, b]) => 3 * a! - b!, 0.01);
  const { mean, variance } = trainGaussianProcess(x, y).posterior({
    rows: 2,
    columns: 2,
    values: Float64Array.of(0, 0, 8, 8),
  });
  assert.ok(Math.abs(mean[1]! - 16) < 1, `${mean[1]}`);
  assert.ok(variance[1]! > variance[0]!);
});

test("the state gives the same model back; the same data give the same state", async () => {
  const { x, y } = sample(30, 2, 5, ([a, b]) => a! * b!, 0.1);
  const model = trainGaussianProcess(x, y, { seed: 1, fitRows: 20 });
  const again = trainGaussianProcess(x, y, { seed: 1, fitRows: 20 });
  assert.deepEqual(model.toState(), again.toState());
  const loaded = loadGaussianProcess(JSON.parse(JSON.stringify(model.toState()), revive));
  assert.deepEqual(loaded.posterior(x), model.posterior(x));
  assert.deepEqual(loaded.negativeLogLikelihood(), model.negativeLogLikelihood());
});

/** JSON writes a typed array as an object of its indices. */
function revive(key: string, value: unknown): unknown {
  return key === "values" ? Float64Array.from(Object.values(value as object)) : value;
}

test("rows of known higher noise pull less", () => {
  const x: Matrix = { rows: 4, columns: 1, values: Float64Array.of(0, 0, 1, 1) };
  const even = trainGaussianProcess(x, [0, 1, 0, 1], { iterations: 0 });
  const trusting = trainGaussianProcess(x, [0, 1, 0, 1], { iterations: 0, noiseScale: [1, 1000, 1, 1000] });
  const at: Matrix = { rows: 1, columns: 1, values: Float64Array.of(0) };
  assert.ok(trusting.posterior(at).mean[0]! < even.posterior(at).mean[0]! - 0.2);
});

test("an aborted training throws, a broken state is refused", () => {
  const { x, y } = sample(20, 2, 6, ([a]) => Math.sin(3 * a!));
  assert.throws(() => trainGaussianProcess(x, y, { signal: AbortSignal.abort() }), { code: "interrupted" });
  const state = trainGaussianProcess(x, y).toState();
  const { alpha: _, ...arrays } = state.arrays;
  assert.throws(() => loadGaussianProcess({ ...state, arrays }), { code: "corrupt-artefact" });
});
