/**
 * The rules for ONNX Runtime on small graphs, against the engine itself: channel counts around the blocks of its layout,
 * what follows a convolution, normalisations and activations in parts, transposes, and every kernel type's own graph.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AttributeValue, createGraphBuilder, type GraphBuilder } from "../../src/graph/index.js";
import { exampleConfig, kernelTypeNames, kernelTypeOf } from "../../src/kernels/index.js";
import { writeOnnx } from "../../src/writers/index.js";
import { compareWithOrt } from "./compare.js";

/** Adds what is tested behind `x` and returns its result. */
type Tail = (b: GraphBuilder, x: string) => string;

async function check(name: string, shape: readonly number[], tail: Tail, opset = 17): Promise<void> {
  const b = createGraphBuilder(name, opset);
  const input = b.node("Neg", [b.input("x", shape)]);
  const graph = b.build([b.node("Neg", [tail(b, input)])]);
  const { extra, missing } = await compareWithOrt(graph, writeOnnx(graph));
  assert.deepEqual({ extra, missing }, { extra: [], missing: [] }, name);
}

const number = (b: GraphBuilder, value: number) => b.constant([], [value]);
const integers = (b: GraphBuilder, ...values: number[]) => b.constant([values.length], values, "int64");

function conv(b: GraphBuilder, x: string, cout: number, groups = 1, bias = true): string {
  const weights = [b.constant([cout, b.shape(x)[1]! / groups, 3, 3]), ...(bias ? [b.constant([cout])] : [])];
  return b.node("Conv", [x, ...weights], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: groups });
}

test("convolutions by channels and groups", async () => {
  const cases = [
    [3, 16, 1],
    [3, 20, 1],
    [3, 10, 1],
    [12, 16, 1],
    [16, 10, 1],
    [18, 16, 1],
    [20, 20, 1],
    [24, 24, 24],
    [18, 18, 18],
    [32, 64, 32],
    [32, 32, 2],
    [64, 32, 2],
    [48, 48, 3],
  ] as const;
  for (const [cin, cout, groups] of cases) {
    await check(`${cin}-${cout}-${groups}`, [1, cin, 14, 14], (b, x) => conv(b, x, cout, groups));
  }
});

const activations: Readonly<Record<string, Record<string, AttributeValue>>> = {
  Relu: {},
  Sigmoid: {},
  Tanh: {},
  LeakyRelu: { alpha: 0.1 },
  HardSigmoid: {},
  HardSwish: {},
  Elu: {},
  Erf: {},
  Softplus: {},
  Mish: {},
  Gelu: {},
};

test("activations behind convolutions, sums, pools and products", async () => {
  for (const [name, attributes] of Object.entries(activations)) {
    const act: Tail = (b, x) => b.node(name, [x], attributes);
    await check(`conv ${name}`, [1, 16, 14, 14], (b, x) => act(b, conv(b, x, 16)), 20);
    await check(`plain conv ${name}`, [1, 18, 14, 14], (b, x) => act(b, conv(b, x, 18)), 20);
    await check(`sum ${name}`, [1, 16, 14, 14], (b, x) => act(b, b.node("Add", [conv(b, x, 16), x])), 20);
    await check(`plain sum ${name}`, [1, 18, 14, 14], (b, x) => act(b, b.node("Add", [conv(b, x, 18), x])), 20);
    await check(
      `pool ${name}`,
      [1, 16, 14, 14],
      (b, x) => act(b, b.node("MaxPool", [x], { kernel_shape: [2, 2] })),
      20,
    );
    await check(`product ${name}`, [8, 16], (b, x) => act(b, b.node("Gemm", [x, b.constant([16, 16])])), 20);
  }
});

test("arithmetic with constants behind a convolution, and behind its activation", async () => {
  const shapes = [[16, 1, 1], [1, 16, 1, 1], [], [14, 14], [1, 16, 14, 14]];
  for (const operator of ["Add", "Mul", "Sub", "Div"]) {
    for (const shape of shapes) {
      await check(`${operator} [${shape}]`, [1, 16, 14, 14], (b, x) =>
        b.node(operator, [conv(b, x, 16), b.constant(shape)]),
      );
      await check(`relu ${operator} [${shape}]`, [1, 16, 14, 14], (b, x) =>
        b.node(operator, [b.node("Relu", [conv(b, x, 16)]), b.constant(shape)]),
      );
    }
  }
});

test("sums into convolutions outside the blocked layout need a bias", async () => {
  for (const bias of [true, false]) {
    await check(`bias ${bias}`, [1, 18, 14, 14], (b, x) =>
      b.node("Relu", [b.node("Add", [conv(b, x, 18, 1, bias), x])]),
    );
  }
});

test("what stays in the blocked layout and what leaves it", async () => {
  const tails: Record<string, Tail> = {
    pool: (b, x) => b.node("GlobalAveragePool", [x]),
    excite: (b, x) => b.node("Mul", [x, b.node("GlobalAveragePool", [x])]),
    "broadcast sum": (b, x) => b.node("Add", [x, b.node("GlobalAveragePool", [x])]),
    concat: (b, x) => b.node("Concat", [x, x], { axis: 1 }),
    "concat of rows": (b, x) => b.node("Concat", [x, x], { axis: 2 }),
    norm: (b, x) => b.node("BatchNormalization", [b.node("Relu", [x]), ...[0, 1, 2, 3].map(() => b.constant([32]))]),
    last: (b, x) => b.node("Transpose", [x], { perm: [0, 2, 3, 1] }),
    "last and back": (b, x) =>
      b.node("Transpose", [b.node("Transpose", [x], { perm: [0, 2, 3, 1] })], { perm: [0, 3, 1, 2] }),
    mean: (b, x) => b.node("ReduceMean", [x], { axes: [2, 3] }),
    swish: (b, x) => b.node("Mul", [x, b.node("Sigmoid", [x])]),
  };
  for (const [name, tail] of Object.entries(tails)) {
    await check(name, [1, 16, 14, 14], (b, x) => tail(b, conv(b, x, 32)));
    if (!name.includes("norm")) await check(`${name}, 24 channels`, [1, 16, 14, 14], (b, x) => tail(b, conv(b, x, 24)));
  }
});

test("resizing in blocked layout", async () => {
  for (const [mode, coordinates, rounding, scale] of [
    ["nearest", "asymmetric", "floor", 2],
    ["nearest", "half_pixel", "round_prefer_floor", 2],
    ["nearest", "asymmetric", "floor", 1.5],
    ["linear", "half_pixel", "floor", 2],
    ["linear", "align_corners", "floor", 2],
    ["linear", "pytorch_half_pixel", "floor", 2],
    ["cubic", "half_pixel", "floor", 2],
  ] as const) {
    const attributes = { mode, coordinate_transformation_mode: coordinates, nearest_mode: rounding };
    await check(`${mode} ${coordinates} ${scale}`, [1, 16, 14, 14], (b, x) =>
      b.node("Resize", [conv(b, x, 32), "", b.constant([4], [1, 1, scale, scale])], attributes),
    );
  }
});

test("GELU and layer norm in parts", async () => {
  const gelus: Record<string, Tail> = {
    last: (b, x) => b.node("Mul", [b.node("Mul", [x, error(b, x)]), number(b, 0.5)]),
    first: (b, x) => b.node("Mul", [b.node("Mul", [x, number(b, 0.5)]), error(b, x)]),
    inside: (b, x) => b.node("Mul", [x, b.node("Mul", [error(b, x), number(b, 0.5)])]),
    "behind a product": (b, x) => gelus.last!(b, b.node("Mul", [x, x])),
    "behind a bias": (b, x) => gelus.last!(b, b.node("Add", [x, b.constant([16])])),
  };
  for (const [name, tail] of Object.entries(gelus)) {
    await check(name, [1, 8, 16], tail);
    await check(`${name}, opset 20`, [1, 8, 16], tail, 20);
  }
  for (const shifted of [true, false]) await check(`norm ${shifted}`, [1, 8, 16], (b, x) => norm(b, x, shifted));
  await check("skip", [1, 8, 16], (b, x) => norm(b, b.node("Add", [x, b.node("Abs", [x])]), true));
  await check("skip and bias", [1, 8, 16], (b, x) =>
    norm(b, b.node("Add", [b.node("Add", [x, b.constant([16])]), b.node("Abs", [x])]), true),
  );
});

/** 1 + erf(x / √2) */
const error: Tail = (b, x) => b.node("Add", [b.node("Erf", [b.node("Div", [x, number(b, Math.SQRT2)])]), number(b, 1)]);

function norm(b: GraphBuilder, x: string, shifted: boolean): string {
  const centred = b.node("Sub", [x, b.node("ReduceMean", [x], { axes: [-1] })]);
  const variance = b.node("ReduceMean", [b.node("Pow", [centred, number(b, 2)])], { axes: [-1] });
  const deviation = b.node("Sqrt", [b.node("Add", [variance, number(b, 1e-5)])]);
  const scaled = b.node("Mul", [b.node("Div", [centred, deviation]), b.constant([16])]);
  return shifted ? b.node("Add", [scaled, b.constant([16])]) : scaled;
}

test("transposes in front of reshapes, gathers and products", async () => {
  const transpose = (b: GraphBuilder, x: string, ...perm: number[]) => b.node("Transpose", [x], { perm });
  const cases: [string, number[], Tail][] = [
    ["split", [1, 1600, 80], (b, x) => b.node("Reshape", [transpose(b, x, 0, 2, 1), integers(b, 1, 80, 40, 40)])],
    ["merge", [1, 40, 40, 80], (b, x) => b.node("Reshape", [transpose(b, x, 0, 3, 1, 2), integers(b, 1, 80, 1600)])],
    ["leading one", [3, 197, 64], (b, x) => b.node("Reshape", [transpose(b, x, 0, 2, 1), integers(b, 1, 3, 64, 197)])],
    ["trailing one", [3, 197, 64], (b, x) => b.node("Reshape", [transpose(b, x, 0, 2, 1), integers(b, 3, 64, 197, 1)])],
    [
      "one index",
      [2, 3, 4, 5],
      (b, x) => b.node("Gather", [transpose(b, x, 2, 0, 1, 3), b.constant([], [1], "int64")], { axis: 0 }),
    ],
    [
      "list of one",
      [2, 3, 4, 5],
      (b, x) => b.node("Gather", [transpose(b, x, 2, 0, 1, 3), integers(b, 1)], { axis: 0 }),
    ],
    ["cancelled", [2, 3, 4, 5], (b, x) => transpose(b, b.node("Sigmoid", [transpose(b, x, 0, 2, 3, 1)]), 0, 3, 1, 2)],
    ["product", [3, 8, 16], (b, x) => b.node("MatMul", [x, transpose(b, b.node("Abs", [x]), 0, 2, 1)])],
    [
      "batch last",
      [8, 1, 3, 16],
      (b, x) => b.node("MatMul", [transpose(b, x, 1, 2, 0, 3), transpose(b, b.node("Abs", [x]), 1, 2, 3, 0)]),
    ],
  ];
  for (const [name, shape, tail] of cases) await check(name, shape, tail);
});

test("the graph of every kernel type", async () => {
  for (const name of kernelTypeNames) {
    const graph = kernelTypeOf(name).graph!(exampleConfig(name));
    const { extra, missing } = await compareWithOrt(graph, writeOnnx(graph));
    assert.deepEqual({ extra, missing }, { extra: [], missing: [] }, name);
  }
});
