/** What ONNX files may contain besides plain nodes: functions, branches, external data, symbols, old ways of saying things. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { AttributeProtoSchema, FunctionProtoSchema, NodeProtoSchema } from "../../src/formats/onnx/index.js";
import type { Graph } from "../../src/graph/index.js";
import { readModel } from "../../src/readers/index.js";
import { checkGraphLaws } from "./graph-laws.js";
import { attribute, graph, ints, node, onnxModel, tensor, value } from "./onnx-model.js";

const image = value("x", [1, 3, 8, 8]);
const operators = (read: Graph) => read.nodes.map(({ operator }) => operator);
const shapeOf = (read: Graph, name: string) => read.tensors.get(name)?.shape;

test("a symbolic batch is 1, and the same symbol is 1 elsewhere", () => {
  const inputs = [value("x", ["N", 3]), value("z", [3, "N"])];
  const read = readModel(onnxModel({ inputs, nodes: [node("MatMul", ["x", "z"], ["y"])] }));
  assert.deepEqual(shapeOf(read, "y"), [1, 1]);
});

test("another unknown size has to be given, and the message says how", () => {
  for (const width of ["W", "", -2]) {
    const bytes = onnxModel({ inputs: [value("x", ["N", 3, 8, width])], nodes: [node("Relu", ["x"], ["y"])] });
    assert.throws(() => readModel(bytes), { code: "invalid-model", hint: /--input x=1x3x8x224/ });
    const read = readModel(bytes, { inputShapes: { x: [2, 3, 8, 9] } });
    assert.deepEqual(shapeOf(read, "y"), [2, 3, 8, 9]);
  }
});

test("a given shape binds its symbols for the other inputs", () => {
  const inputs = [value("x", ["N", "W"]), value("z", ["W", "N"])];
  const bytes = onnxModel({ inputs, nodes: [node("MatMul", ["x", "z"], ["y"])] });
  assert.deepEqual(shapeOf(readModel(bytes, { inputShapes: { x: [2, 5] } }), "z"), [5, 2]);
});

test("wrong input shapes are wrong usage", () => {
  const bytes = onnxModel({ inputs: [image], nodes: [node("Relu", ["x"], ["y"])] });
  assert.throws(() => readModel(bytes, { inputShapes: { image: [1] } }), { code: "bad-usage", hint: "Its inputs: x." });
  assert.throws(() => readModel(bytes, { inputShapes: { x: [1, 3] } }), { code: "bad-usage" });
  assert.throws(() => readModel(bytes, { inputShapes: { x: [0, 3, 8, 8] } }), { code: "bad-usage" });
  assert.throws(() => readModel(bytes, { inputShapes: { x: [1, 3, -1, 8] } }), { code: "bad-usage" });
});

test("initializers that are listed as inputs, as in IR 3, are constants", () => {
  const weight = tensor("w", [4, 3, 1, 1]);
  const inputs = [image, value("w", [4, 3, 1, 1])];
  const read = readModel(
    onnxModel({ inputs, constants: [weight], nodes: [node("Conv", ["x", "w"], ["y"])], opset: 9 }),
  );
  assert.deepEqual(read.inputs, ["x"]);
  assert.equal(read.tensors.get("w")?.constant, true);
});

test("shape arithmetic is folded away", () => {
  const nodes = [
    node("Shape", ["x"], ["shape"]),
    node("Constant", [], ["zero"], { value: tensor("", [], [0], "int64") }),
    node("Gather", ["shape", "zero"], ["batch"], { axis: 0 }),
    node("Unsqueeze", ["batch", "axes"], ["first"]),
    node("Concat", ["first", "rest"], ["target"], { axis: 0 }),
    node("Reshape", ["x", "target"], ["y"]),
  ];
  const read = readModel(onnxModel({ inputs: [image], constants: [ints("axes", [0]), ints("rest", [-1])], nodes }));
  checkGraphLaws(read);
  assert.deepEqual(operators(read), ["Reshape"]);
  assert.deepEqual(shapeOf(read, "y"), [1, 192]);
  assert.deepEqual(Array.from(read.tensors.get("target")!.values!), [1, -1]);
});

test("nodes that no output needs are removed, inputs stay", () => {
  const nodes = [node("Relu", ["x"], ["y"]), node("Abs", ["x"], ["unused"])];
  const read = readModel(onnxModel({ inputs: [image, value("idle", [2])], nodes }));
  assert.deepEqual(operators(read), ["Relu"]);
  assert.deepEqual(read.inputs, ["x", "idle"]);
  assert.equal(read.tensors.has("unused"), false);
});

test("nodes out of order are sorted, nodes without a name get one, names are unique", () => {
  const nodes = [
    node("Relu", ["a"], ["y"]),
    node("Abs", ["x"], ["a"]),
    node("Abs", ["x"], ["b"]),
    node("Add", ["y", "b"], ["z"]),
  ];
  for (const one of nodes) one.name = "same";
  const read = readModel(onnxModel({ inputs: [image], nodes, outputs: ["z"] }));
  checkGraphLaws(read);
  assert.equal(operators(read).indexOf("Abs") < operators(read).indexOf("Relu"), true);
});

test("functions are inlined: names kept outside, unique inside, attributes handed down", () => {
  const softly = create(FunctionProtoSchema, {
    domain: "local",
    name: "softly",
    input: ["a", "optional"],
    output: ["out"],
    attribute: ["slope"],
    attributeProto: [attribute("axis", 1)],
    opsetImport: [{ domain: "", version: 17n }],
    node: [
      create(NodeProtoSchema, {
        opType: "LeakyRelu",
        input: ["a"],
        output: ["hidden"],
        attribute: [create(AttributeProtoSchema, { name: "alpha", refAttrName: "slope" })],
      }),
      create(NodeProtoSchema, {
        opType: "Softmax",
        input: ["hidden"],
        output: ["out"],
        attribute: [create(AttributeProtoSchema, { name: "axis", refAttrName: "axis" })],
      }),
    ],
  });
  const nodes = [
    node("local:softly", ["x"], ["hidden"], { slope: 0.25 }),
    node("local:softly", ["hidden"], ["y"], { slope: 0.5 }),
  ];
  const read = readModel(onnxModel({ inputs: [image], functions: [softly], nodes }));
  checkGraphLaws(read);
  assert.deepEqual(operators(read), ["LeakyRelu", "Softmax", "LeakyRelu", "Softmax"]);
  assert.deepEqual(
    read.nodes.map(({ attributes }) => attributes.alpha ?? attributes.axis),
    [0.25, 1, 0.5, 1],
  );
  assert.equal(read.nodes[1]!.outputs[0], "hidden");
  assert.equal(read.nodes[3]!.outputs[0], "y");
});

test("a function may hand its input through, or one tensor out twice", () => {
  const odd = create(FunctionProtoSchema, {
    domain: "local",
    name: "odd",
    input: ["a"],
    output: ["a", "b", "b"],
    node: [node("Relu", ["a"], ["b"])],
  });
  const nodes = [node("local:odd", ["x"], ["p", "q", "r"]), node("Sum", ["p", "q", "r"], ["y"])];
  const read = readModel(onnxModel({ inputs: [image], functions: [odd], nodes }));
  checkGraphLaws(read);
  assert.deepEqual(read.nodes.at(-1)!.inputs, ["x", "q", "q"]);
});

test("an If whose condition is constant becomes the branch that is taken", () => {
  const branch = (operator: string) => graph({ nodes: [node(operator, ["x"], ["inner"])], outputs: ["inner"] });
  for (const [axis, expected] of [
    [1, "Squeeze"],
    [2, "Identity"],
  ] as const) {
    const nodes = [
      node("Shape", ["x"], ["shape"]),
      node("Gather", ["shape", "axis"], ["size"]),
      node("Equal", ["size", "one"], ["isOne"]),
      node("If", ["isOne"], ["y"], { then_branch: branch("Squeeze"), else_branch: branch("Identity") }),
    ];
    const constants = [tensor("axis", [], [axis], "int64"), tensor("one", [], [1], "int64")];
    const read = readModel(onnxModel({ inputs: [value("x", [2, 1, 5])], constants, nodes }));
    checkGraphLaws(read);
    assert.deepEqual(operators(read), [expected]);
    assert.deepEqual(read.outputs, ["y"]);
    assert.deepEqual(shapeOf(read, "y"), axis === 1 ? [2, 5] : [2, 1, 5]);
  }
});

test("an If that decides at run time is its longer branch", () => {
  const short = graph({ nodes: [node("Relu", ["x"], ["y"])] });
  const long = graph({ nodes: [node("Exp", ["x"], ["e"]), node("Neg", ["e"], ["y"])] });
  const model = (branches: Parameters<typeof node>[3]) =>
    onnxModel({
      inputs: [image],
      nodes: [
        node("ReduceMax", ["x"], ["top"], { keepdims: 0 }),
        node("Cast", ["top"], ["c"], { to: 9 }),
        node("If", ["c"], ["y"], branches),
      ],
    });
  for (const branches of [
    { then_branch: short, else_branch: long },
    { then_branch: long, else_branch: short },
  ]) {
    const read = readModel(model(branches));
    checkGraphLaws(read);
    assert.deepEqual(operators(read).slice(-2), ["Exp", "Neg"]);
  }
  assert.throws(() => readModel(model({ then_branch: short })), {
    code: "invalid-model",
    message: /If.*lacks a branch/,
  });
});

test("a scan is its turns: states are passed on, parts are taken along an axis, what is put out is stacked along one", () => {
  const body = graph({
    inputs: [value("before", [3]), value("part", [3])],
    nodes: [node("Add", ["before", "part"], ["after"]), node("Mul", ["after", "after"], ["square"])],
    outputs: ["after", "square"],
  });
  const scan = (attributes: Parameters<typeof node>[3]) =>
    onnxModel({
      inputs: [value("start", [3]), value("x", [3, 5])],
      nodes: [node("Scan", ["start", "x"], ["last", "y"], { body, ...attributes })],
      outputs: ["last", "y"],
    });
  const read = readModel(scan({ num_scan_inputs: 1, scan_input_axes: [1], scan_output_axes: [-1] }));
  checkGraphLaws(read);
  assert.equal(operators(read).filter((operator) => operator === "Add").length, 5);
  assert.deepEqual(shapeOf(read, read.outputs[0]!), [3]);
  assert.deepEqual(shapeOf(read, read.outputs[1]!), [3, 5]);
  assert.throws(() => readModel(scan({ num_scan_inputs: 3 })), { code: "invalid-model", message: /Scan/ });
});

test("external data is asked for only where a shape may depend on it", () => {
  const asked: string[] = [];
  const external = (name: string, shape: number[], offset: number) => {
    const outside = tensor(name, shape, [], "int64");
    outside.dataLocation = 1;
    const entry = (key: string, text: string) => ({
      $typeName: "onnx.StringStringEntryProto" as const,
      key,
      value: text,
    });
    outside.externalData = [entry("location", "w.bin"), entry("offset", String(offset))];
    return outside;
  };
  const constants = [external("target", [2], 8), external("huge", [10_000, 10], 0)];
  const nodes = [
    node("Reshape", ["x", "target"], ["flat"]),
    node("Shape", ["huge"], ["s"]),
    node("Reshape", ["flat", "s2"], ["y"]),
  ];
  const bytes = onnxModel({ inputs: [image], constants: [...constants, ints("s2", [-1])], nodes });
  const file = new Uint8Array(BigInt64Array.of(0n, 3n, 64n).buffer);
  const read = readModel(bytes, {
    externalData: (location, offset, length) => {
      asked.push(location);
      return file.subarray(offset, offset + length);
    },
  });
  assert.deepEqual(shapeOf(read, "flat"), [3, 64]);
  assert.deepEqual(asked, ["w.bin"]);
  assert.throws(
    () =>
      readModel(bytes, { externalData: (_, offset, length) => file.subarray(0, 20).subarray(offset, offset + length) }),
    {
      code: "invalid-model",
      message: /w\.bin/,
    },
  );
});

test("an operator without a rule is accepted where the file declares its outputs", () => {
  const bytes = onnxModel({
    inputs: [image],
    nodes: [node("vendor:Magic", ["x"], ["y"])],
    outputs: [value("y", [1, 7])],
  });
  const read = readModel(bytes);
  assert.deepEqual(shapeOf(read, "y"), [1, 7]);
  assert.equal(read.nodes[0]!.domain, "vendor");
});

test("small constants of every element type have their values", () => {
  const half = tensor("h", [4], [], "float16");
  half.rawData = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00).buffer);
  const brain = tensor("b", [2], [], "bfloat16");
  brain.rawData = new Uint8Array(Uint16Array.of(0x3f80, 0xc040).buffer);
  const bits = tensor("t", [1], [0x3800], "float16");
  const constants = [half, brain, bits, tensor("i", [2], [-3, 3], "int8"), tensor("d", [1], [0.1], "float64")];
  const nodes = constants.map(({ name }) => node("Cast", [name], [`${name}2`], { to: 11 }));
  const sum = node("Sum", ["x", ...nodes.slice(2).map(({ output }) => output[0]!)], ["y"]);
  const read = readModel(
    onnxModel({ inputs: [value("x", [1], "float64")], constants, nodes: [...nodes, sum], outputs: ["y", "h2", "b2"] }),
  );
  const values = (name: string) => Array.from(read.tensors.get(name)!.values!);
  assert.deepEqual(values("h2"), [1, -2, 2 ** -24, Number.POSITIVE_INFINITY]);
  assert.deepEqual(values("b2"), [1, -3]);
  assert.deepEqual(values("t2"), [0.5]);
  assert.deepEqual(values("i2"), [-3, 3]);
  assert.deepEqual(values("d2"), [0.1]);
});
