import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../src/base/index.js";
import { mean, square, sub } from "../../src/learning/graph/elementwise.js";
import { leaf } from "../../src/learning/graph/expression.js";
import { affine } from "../../src/learning/graph/linear.js";
import { networkExpression } from "../../src/learning/network-expression.js";
import { initialParameters } from "../../src/learning/network-training.js";
import { createTrainer } from "../../src/learning/trainer.js";
import { onnxRuntime } from "../../src/runtime/index.js";

const BATCH = 3;
const COLUMNS = 2;

/** Linear regression y = x·w + b with squared loss: the smallest problem with a matrix and a vector. */
function linearProblem(rates = { weight: 1, bias: 1 }, decays = false) {
  const x = leaf([BATCH, COLUMNS]);
  const y = leaf([BATCH, 1]);
  const weight = { leaf: leaf([COLUMNS, 1]), rate: rates.weight };
  const bias = { leaf: leaf([1, 1]), rate: rates.bias };
  const loss = mean(square(sub(affine(x, weight.leaf, bias.leaf), y)));
  return { batches: { x, y }, parameters: { weight, bias }, loss, decays };
}

function randomBatches(steps: number, seed: number) {
  const random = createRandom(seed);
  const values = (size: number) => Float32Array.from({ length: size }, () => random.normal());
  return { x: values(steps * BATCH * COLUMNS), y: values(steps * BATCH) };
}

/** Adam by the book, in double precision. */
function referenceAdam(
  batches: { x: Float32Array; y: Float32Array }[],
  rates: number[][],
  start: number[],
  weightDecay = 0,
) {
  const p = [...start];
  const m = p.map(() => 0);
  const v = p.map(() => 0);
  let t = 0;
  rates.forEach((run, r) => {
    run.forEach((rate, step) => {
      t++;
      const gradient = p.map(() => 0);
      for (let i = 0; i < BATCH; i++) {
        const row = Array.from(batches[r]!.x.slice((step * BATCH + i) * COLUMNS, (step * BATCH + i + 1) * COLUMNS));
        const error = row[0]! * p[0]! + row[1]! * p[1]! + p[2]! - batches[r]!.y[step * BATCH + i]!;
        [...row, 1].forEach((value, k) => {
          gradient[k]! += (2 / BATCH) * error * value;
        });
      }
      for (let k = 0; k < p.length; k++) {
        m[k] = 0.9 * m[k]! + 0.1 * gradient[k]!;
        v[k] = 0.999 * v[k]! + 0.001 * gradient[k]! ** 2;
        if (k < 2) p[k] = p[k]! * (1 - rate * weightDecay);
        p[k] = p[k]! - (rate * (m[k]! / (1 - 0.9 ** t))) / (Math.sqrt(v[k]! / (1 - 0.999 ** t)) + 1e-8);
      }
    });
  });
  return p;
}

async function trained(problem: ReturnType<typeof linearProblem>, weightDecay = 0) {
  const batches = [randomBatches(7, 1), randomBatches(5, 2)];
  const rates = [Array.from({ length: 7 }, (_, i) => 0.01 * (i + 1)), [0.05, 0.04, 0.03, 0.02, 0.01]];
  const initial = { weight: Float32Array.of(0.3, -0.2), bias: Float32Array.of(0.1) };
  const trainer = await createTrainer(onnxRuntime, problem, initial, { weightDecay });
  for (const [i, batch] of batches.entries()) await trainer.run(batch, rates[i]!);
  const { weight, bias } = trainer.parameters();
  await trainer.release();
  return { actual: [...weight!, ...bias!], expected: referenceAdam(batches, rates, [0.3, -0.2, 0.1], weightDecay) };
}

function assertClose(actual: readonly number[], expected: readonly number[]): void {
  expected.forEach((e, i) => {
    assert.ok(Math.abs(actual[i]! - e) < 1e-5, `${i}: ${actual[i]} is not ${e}`);
  });
}

test("steps over several runs are Adam's, with changing learning rates", async () => {
  const { actual, expected } = await trained(linearProblem());
  assertClose(actual, expected);
});

test("weight decay is decoupled, and leaves biases alone", async () => {
  const { actual, expected } = await trained(linearProblem(undefined, true), 0.5);
  assertClose(actual, expected);
});

test("a rate of 0 freezes a parameter; the others train", async () => {
  const { actual } = await trained(linearProblem({ weight: 0, bias: 1 }));
  assertClose(actual.slice(0, 2), [0.3, -0.2]);
  assert.notEqual(actual[2], Math.fround(0.1));
});

test("the reported loss is the mean over the run's steps", async () => {
  const initial = { weight: Float32Array.of(0, 0), bias: Float32Array.of(0) };
  const trainer = await createTrainer(onnxRuntime, linearProblem(), initial);
  const batches = randomBatches(4, 3);
  const loss = await trainer.run(batches, [0, 0, 0, 0]);
  const expected = batches.y.reduce((sum, y) => sum + y * y, 0) / batches.y.length;
  assert.ok(Math.abs(loss - expected) < 1e-5);
  await trainer.release();
});

/** A net large enough for several steps in a turn of the loop. */
function largeProblem() {
  const x = leaf([BATCH, COLUMNS]);
  const y = leaf([BATCH, 1]);
  const layers = [512, 512, 1].map((units) => ({ units, activation: "relu" as const }));
  const { output, parameters } = networkExpression(x, layers);
  return { batches: { x, y }, parameters, loss: mean(square(sub(output, y))), decays: false };
}

test("several steps in a turn, and the rest one by one, are the same steps", async () => {
  const problem = largeProblem();
  const initial = initialParameters(problem.parameters, createRandom(1));
  const batches = randomBatches(13, 4);
  const together = await createTrainer(onnxRuntime, problem, initial);
  const loss = await together.run(batches, new Float64Array(13).fill(1e-3));
  const apart = await createTrainer(onnxRuntime, problem, initial);
  let sum = 0;
  for (let i = 0; i < 13; i++) {
    const x = batches.x.slice(i * BATCH * COLUMNS, (i + 1) * BATCH * COLUMNS);
    sum += await apart.run({ x, y: batches.y.slice(i * BATCH, (i + 1) * BATCH) }, [1e-3]);
  }
  assert.ok(Math.abs(loss - sum / 13) < 1e-5 * loss);
  const [a, b] = [together.parameters(), apart.parameters()];
  for (const name of Object.keys(initial))
    a[name]!.forEach((value, i) => {
      assert.ok(Math.abs(value - b[name]![i]!) < 1e-4, `${name}[${i}]`);
    });
  await together.release();
  await apart.release();
});
