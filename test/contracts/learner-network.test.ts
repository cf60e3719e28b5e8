import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, mean } from "../../src/base/index.js";
import { shuffledEpoch } from "../../src/learning/batches.js";
import { loadModel, type Matrix, mlp16, type NetworkOptions, trainNetwork } from "../../src/learning/index.js";
import { learningRateAt } from "../../src/learning/learning-rate.js";
import { onnxRuntime } from "../../src/runtime/index.js";

const tiny: NetworkOptions = {
  seed: 1,
  layers: [
    { units: 24, activation: "relu" },
    { units: 24, activation: "relu", residual: true },
    { units: 1, activation: "identity" },
  ],
  epochs: 30,
  batch: 16,
  learningRate: 1e-2,
};

function sample(rows: number, seed: number) {
  const random = createRandom(seed);
  const points = Array.from({ length: rows }, () => [random.next(), random.next() * 1000, random.normal()]);
  const x: Matrix = { rows, columns: 3, values: Float64Array.from(points.flat()) };
  const y = points.map(([a, b, c]) => Math.exp(2 * a! + b! / 1000 - 0.3 * Math.abs(c!)));
  return { x, y };
}

const mape = (predicted: ArrayLike<number>, y: readonly number[]) =>
  mean(y.map((value, i) => Math.abs(predicted[i]! - value) / value));

test("learns a positive function of columns of any magnitude", async () => {
  const model = await trainNetwork(onnxRuntime, sample(300, 1), tiny);
  const { x, y } = sample(100, 2);
  const error = mape(await model.predict(x), y);
  assert.ok(error < 0.08, `error ${error}`);
  await model.release();
});

test("the engine and plain code predict alike, one row like many", async () => {
  const model = await trainNetwork(onnxRuntime, sample(50, 1), { ...tiny, epochs: 2, members: 2 });
  const { x } = sample(200, 3);
  const byEngine = await model.predict(x);
  const plain = await (await loadModel(model.toState())).predict(x);
  byEngine.forEach((value, i) => {
    assert.ok(Math.abs(value - plain[i]!) < 1e-5 * value);
  });
  const row = await model.predict({ rows: 1, columns: 3, values: x.values.slice(15, 18) });
  assert.ok(Math.abs(row[0]! - byEngine[5]!) < 1e-5 * row[0]!);
  await model.release();
});

test("runs at the same time share a session without harm", async () => {
  const model = await trainNetwork(onnxRuntime, sample(50, 1), { ...tiny, epochs: 1 });
  const parts = [sample(100, 4).x, sample(150, 5).x];
  const together = await Promise.all(parts.map((x) => model.predict(x)));
  for (const [i, x] of parts.entries()) assert.deepEqual(together[i], await model.predict(x));
  await model.release();
});

test("a warm start goes on from the given weights and their standardisation", async () => {
  const first = await trainNetwork(onnxRuntime, sample(300, 1), tiny);
  const start = first.toState();
  const few = sample(20, 6);
  const shifted = { x: few.x, y: few.y.map((y) => 2 * y) };
  const unchanged = await trainNetwork(onnxRuntime, shifted, { ...tiny, start, epochs: 0 });
  assert.deepEqual(unchanged.toState(), start);
  const adapted = await trainNetwork(onnxRuntime, shifted, { ...tiny, start, epochs: 60, learningRate: 2e-3 });
  const test = sample(100, 7);
  const y = test.y.map((value) => 2 * value);
  assert.ok(mape(await adapted.predict(test.x), y) < 0.2);
  assert.ok(mape(await first.predict(test.x), y) > 0.4);
});

test("layers of rate 0 keep their weights", async () => {
  const start = (await trainNetwork(onnxRuntime, sample(40, 1), { ...tiny, epochs: 1 })).toState();
  const options = { ...tiny, start, epochs: 2, layerRates: [0, 0.5, 1] };
  const { arrays } = (await trainNetwork(onnxRuntime, sample(40, 2), options)).toState();
  assert.deepEqual(arrays["member0.layer0.weight"], start.arrays["member0.layer0.weight"]);
  assert.deepEqual(arrays["member0.layer0.bias"], start.arrays["member0.layer0.bias"]);
  assert.notDeepEqual(arrays["member0.layer1.weight"], start.arrays["member0.layer1.weight"]);
});

test("a row of weight 0 changes nothing, a heavy one pulls", async () => {
  const { x, y } = sample(33, 1);
  const short = { x: { rows: 32, columns: 3, values: x.values.slice(0, 96) }, y: y.slice(0, 32) };
  const weights = Float64Array.from(y, (_, i) => (i < 32 ? 1 : 0));
  const with0 = await trainNetwork(onnxRuntime, { x, y, weights }, { ...tiny, epochs: 3 });
  const without = await trainNetwork(onnxRuntime, short, { ...tiny, epochs: 3 });
  assert.deepEqual(with0.toState(), without.toState());
});

test("trains on a single row, and on fewer rows than a batch", async () => {
  for (const rows of [1, 5]) {
    const set = sample(rows, 1);
    const model = await trainNetwork(onnxRuntime, set, { ...tiny, epochs: 40 });
    assert.ok(mape(await model.predict(set.x), set.y) < 0.3);
  }
});

test("the published net has the published size and trains on raw values", async () => {
  const set = sample(64, 1);
  const model = await trainNetwork(onnxRuntime, set, { ...mlp16, epochs: 1, seed: 1 });
  const weights = Object.entries(model.toState().arrays).filter(([name]) => name.startsWith("member0"));
  const count = weights.reduce((total, [, { values }]) => total + values.length, 0);
  assert.equal(count, 497_601 - 16 * (7 - 3), "497,601 weights at the 7 columns of a convolution");
  assert.equal(weights.length, 32);
});

test("what cannot be trained on is refused with a reason", async () => {
  const { x, y } = sample(10, 1);
  const train = (set: Parameters<typeof trainNetwork>[1], options = tiny) => trainNetwork(onnxRuntime, set, options);
  await assert.rejects(train({ x, y: y.map((_, i) => i) }), { code: "invalid-table", message: /row 0 is 0/ });
  await assert.rejects(train({ x, y, weights: y.map(() => 0) }), { code: "no-data" });
  await assert.rejects(train({ x, y }, { ...tiny, loss: "mape" }), { code: "bad-usage" });
  const start = (await train({ x, y }, { ...tiny, epochs: 0 })).toState();
  await assert.rejects(train({ x, y }, { ...tiny, layers: mlp16.layers, start }), { code: "invalid-table" });
});

test("an epoch visits each row once; a part-filled batch counts as much as a full one", () => {
  const { steps, rows, weights } = shuffledEpoch(10, 4, createRandom(1));
  assert.equal(steps, 3);
  assert.deepEqual(Array.from(rows.slice(0, 10)).sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(Array.from(weights.slice(8)), [2, 2, 0, 0]);
});

test("schedules start and end where they say", () => {
  const at = (schedule: "constant" | "cosine" | "one-cycle", epoch: number, step: number) =>
    learningRateAt({ schedule, learningRate: 1, epochs: 10 }, epoch, step, 20);
  assert.equal(at("constant", 9, 19), 1);
  assert.equal(at("cosine", 0, 5), 1);
  assert.ok(Math.abs(at("cosine", 5, 0) - 0.5) < 1e-12);
  assert.ok(Math.abs(at("one-cycle", 0, 0) - 1 / 25) < 1e-12);
  assert.ok(at("one-cycle", 3, 0) > 0.999);
  assert.ok(at("one-cycle", 9, 19) < 1e-5);
});
