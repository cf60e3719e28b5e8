import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createRandom, type Random } from "../../src/base/index.js";
import { concat, expand, pad, reshape, slice, sum, sumTo } from "../../src/learning/graph/arrangement.js";
import { differentiate } from "../../src/learning/graph/differentiate.js";
import * as e from "../../src/learning/graph/elementwise.js";
import { expressionModel } from "../../src/learning/graph/emit.js";
import { constant, type Expression, leaf, type Shape, sizeOf } from "../../src/learning/graph/expression.js";
import { affine, matmul, stackedProduct } from "../../src/learning/graph/linear.js";
import { type LayerSpec, mlp16, resmlp } from "../../src/learning/network.js";
import { networkExpression } from "../../src/learning/network-expression.js";
import { onnxRuntime } from "../../src/runtime/index.js";

const sessions: { release(): Promise<void> }[] = [];
after(() => Promise.all(sessions.map((session) => session.release())));

/** Runs scalar and gradients, then moves every input element (or `probes` of each input) a little, both ways. */
async function checkGradients(
  scalar: Expression,
  variables: readonly Expression[],
  draw: (random: Random, shape: Shape) => number,
  { step = 1e-2, tolerance = 2e-3, probes = Number.POSITIVE_INFINITY } = {},
): Promise<void> {
  const random = createRandom("gradient");
  const inputs = Object.fromEntries(variables.map((expression, i) => [`x${i}`, { expression }]));
  const gradients = differentiate(scalar, variables);
  gradients.forEach((gradient, i) => {
    assert.deepEqual(gradient.shape, variables[i]!.shape);
  });
  const outputs = { scalar, ...Object.fromEntries(gradients.map((gradient, i) => [`g${i}`, gradient])) };
  const session = await onnxRuntime.createSession(expressionModel(inputs, outputs));
  sessions.push(session);
  const feeds = Object.fromEntries(
    variables.map(({ shape }, i) => [
      `x${i}`,
      { shape, values: Float32Array.from({ length: sizeOf(shape) }, () => draw(random, shape)) },
    ]),
  );
  const base = await session.run(feeds);
  for (const [i, { shape }] of variables.entries()) {
    const values = feeds[`x${i}`]!.values;
    const gradient = Array.from(base[`g${i}`]!.values, Number);
    const scale = Math.max(...gradient.map(Math.abs));
    assert.ok(scale > 1e-3, `the gradient by input ${i} vanishes, so comparing it shows nothing`);
    const count = Math.min(sizeOf(shape), probes);
    for (let probe = 0; probe < count; probe++) {
      const at = count === sizeOf(shape) ? probe : random.integer(sizeOf(shape));
      const original = values[at]!;
      values[at] = original + step;
      const [above, high] = [Number((await session.run(feeds)).scalar!.values[0]), values[at]!];
      values[at] = original - step;
      const [below, low] = [Number((await session.run(feeds)).scalar!.values[0]), values[at]!];
      values[at] = original;
      const expected = (above - below) / (high - low);
      const actual = gradient[at]!;
      assert.ok(
        Math.abs(actual - expected) < tolerance * scale,
        `input ${i}[${at}]: ${actual}, differences give ${expected}`,
      );
    }
  }
}

/** A scalar that weighs every element differently, so that no gradient can hide behind a symmetry. */
function weigh(x: Expression): Expression {
  const size = sizeOf(x.shape);
  const flat = reshape(x, [1, size]);
  const ramp: Expression = {
    shape: [size, 1],
    inputs: [],
    emit: (writer) =>
      writer.float(
        Array.from({ length: size }, (_, i) => Math.cos(i + 1)),
        [size, 1],
      ),
  };
  return sum(matmul(flat, ramp));
}

/** Data that is no variable. */
const ramp = (shape: Shape): Expression => ({
  shape,
  inputs: [],
  emit: (writer) =>
    writer.float(
      Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i + 1)),
      shape,
    ),
});

const awayFromZero = (random: { next(): number }) => (random.next() < 0.5 ? -1 : 1) * (0.2 + random.next());
const positive = (random: { next(): number }) => 0.5 + random.next();

const cases: [string, Shape[], (...inputs: Expression[]) => Expression, typeof awayFromZero?][] = [
  [
    "add",
    [
      [3, 4],
      [3, 4],
    ],
    e.add,
  ],
  ["add, broadcast both ways", [[3, 1], [4]], e.add],
  [
    "sub",
    [
      [3, 4],
      [1, 4],
    ],
    e.sub,
  ],
  [
    "mul",
    [
      [3, 4],
      [3, 1],
    ],
    e.mul,
  ],
  [
    "div",
    [
      [3, 4],
      [3, 4],
    ],
    e.div,
    positive,
  ],
  ["negative", [[5]], e.negative],
  ["exp", [[3, 4]], e.exp],
  ["log", [[3, 4]], e.log, positive],
  ["abs", [[3, 4]], e.abs],
  ["relu", [[3, 4]], e.relu],
  ["leaky relu", [[3, 4]], (x) => e.leakyRelu(x, 0.3)],
  ["sigmoid", [[3, 4]], e.sigmoid],
  ["softplus", [[3, 4]], e.softplus],
  ["square: one input used twice", [[3, 4]], e.square],
  ["mean", [[3, 4]], e.mean],
  ["sum over one axis", [[3, 4]], (x) => sum(x, [1])],
  ["sum, axes kept", [[3, 4, 2]], (x) => sum(x, [0, 2], true)],
  ["reshape", [[3, 4]], (x) => reshape(x, [2, 6])],
  ["expand", [[3, 1]], (x) => expand(x, [2, 3, 4])],
  ["sumTo", [[2, 3, 4]], (x) => sumTo(x, [3, 1])],
  [
    "concat",
    [
      [3, 4],
      [3, 2],
    ],
    (...parts) => concat(parts, 1),
  ],
  ["slice", [[3, 5]], (x) => slice(x, 1, 1, 4)],
  ["pad", [[3, 2]], (x) => pad(x, [0, 1], [2, 0])],
  [
    "matmul",
    [
      [3, 4],
      [4, 2],
    ],
    (a, b) => matmul(a!, b!),
  ],
  [
    "matmul, A transposed",
    [
      [4, 3],
      [4, 2],
    ],
    (a, b) => matmul(a!, b!, { transposeA: true }),
  ],
  [
    "matmul, B transposed",
    [
      [3, 4],
      [2, 4],
    ],
    (a, b) => matmul(a!, b!, { transposeB: true }),
  ],
  [
    "matmul, both transposed",
    [
      [4, 3],
      [2, 4],
    ],
    (a, b) => matmul(a!, b!, { transposeA: true, transposeB: true }),
  ],
  [
    "affine",
    [
      [3, 4],
      [4, 2],
      [1, 2],
    ],
    (a, b, c) => affine(a!, b!, c!),
  ],
  ["product of stacks, by the second", [[2, 4, 3]], (x) => stackedProduct(ramp([2, 3, 4]), x)],
  [
    "what comes after a gradient step",
    [
      [4, 3],
      [3, 2],
    ],
    (x, w) => {
      const lossAt = (weight: Expression) => e.mean(e.square(e.softplus(matmul(x!, weight))));
      const [gradient] = differentiate(lossAt(w!), [w!]);
      return e.square(matmul(x!, e.sub(w!, e.mul(constant(0.5), gradient!))));
    },
  ],
  ["affine, C of one axis", [[3, 4], [4, 2], [2]], (a, b, c) => affine(a!, b!, c!)],
];

for (const [name, shapes, build, draw] of cases)
  test(`gradient of ${name} equals finite differences`, async () => {
    const inputs = shapes.map(leaf);
    await checkGradients(weigh(build(...inputs)), inputs, draw ?? awayFromZero);
  });

test("second use of a variable adds to its gradient", async () => {
  const x = leaf([4]);
  await checkGradients(weigh(e.mul(e.exp(x), e.add(x, constant(2)))), [x], awayFromZero);
});

/** A batch of 4 rows with 5 columns through a whole network, to the loss. Few weights of each layer are probed. */
async function checkNetwork(layers: readonly LayerSpec[], tolerance: number): Promise<void> {
  const x = leaf([4, 5]);
  const { output, parameters } = networkExpression(x, layers);
  const loss = e.mean(e.square(e.sub(output, constant(0.5))));
  const variables = Object.values(parameters).map((parameter) => parameter.leaf);
  // He's initialisation keeps activations and gradients in range through all layers.
  const draw = (random: Random, shape: Shape) => (shape[0] === 1 ? 0.1 : Math.sqrt(2 / shape[0]!)) * random.normal();
  await checkGradients(loss, [x, ...variables], draw, { step: 2e-3, tolerance, probes: 3 });
}

const narrow = (layers: readonly LayerSpec[], factor: number) =>
  layers.map((layer) => ({ ...layer, units: Math.max(1, layer.units / factor) }));

test("gradient of the whole 16-layer network equals finite differences", () => checkNetwork(mlp16.layers, 1e-2));
test("gradient of the whole residual network equals finite differences", () =>
  checkNetwork(narrow(resmlp.layers, 4), 1e-2));
