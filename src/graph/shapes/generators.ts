/** Tensors made from shapes, constants, ranges and random numbers. */
import { dataTypeOfCode } from "../data-types.js";
import { type DataType, elementCount, type GraphNode } from "../graph.js";
import { isSmall, stored } from "./known-values.js";
import {
  fail,
  failUnsupported,
  integer,
  integers,
  knownValues,
  maxKnownElements,
  product,
  type Rule,
  type RuleTable,
  required,
  text,
} from "./rule.js";

const clampAxis = (axis: number, rank: number) => Math.min(Math.max(axis < 0 ? axis + rank : axis, 0), rank);

/** Every shape is static here, so Shape and Size are constants whatever their input is. */
const shapeOf: Rule = (node, inputs) => {
  const { shape } = required(node, inputs, 0);
  const start = clampAxis(integer(node, "start", 0), shape.length);
  const end = clampAxis(integer(node, "end", shape.length), shape.length);
  const values = shape.slice(start, end);
  return { shape: [values.length], type: "int64", values, constant: true };
};

const sizeOf: Rule = (node, inputs) => ({
  shape: [],
  type: "int64",
  values: [product(required(node, inputs, 0).shape)],
  constant: true,
});

/** A tensor-valued attribute is carried as its values, `<name>_shape` and `<name>_type`. */
const constant: Rule = (node) => {
  const { attributes } = node;
  if (attributes.value_int !== undefined) return { shape: [], type: "int64", values: [integer(node, "value_int", 0)] };
  if (attributes.value_float !== undefined) {
    return { shape: [], type: "float32", values: [integer(node, "value_float", 0)] };
  }
  const listName = attributes.value_ints ? "value_ints" : attributes.value_floats ? "value_floats" : undefined;
  if (listName !== undefined) {
    const values = integers(node, listName)!;
    return { shape: [values.length], type: listName === "value_ints" ? "int64" : "float32", values };
  }
  const shape = integers(node, "value_shape") ?? fail(node, "no value is given");
  const type = text(node, "value_type", "float32") as DataType;
  return { shape, type, values: integers(node, "value") };
};

const constantOfShape: Rule = (node, inputs) => {
  const shape = Array.from(knownValues(node, inputs, 0) ?? fail(node, "no shape is given"));
  const value = integers(node, "value")?.[0] ?? 0;
  const type = text(node, "value_type", "float32") as DataType;
  const values = isSmall(shape) && product(shape) >= 0 ? new Array<number>(product(shape)).fill(value) : undefined;
  return { shape, type, values, constant: true };
};

const range: Rule = (node, inputs) => {
  const { type } = required(node, inputs, 0);
  const start = knownValues(node, inputs, 0)![0]!;
  const limit = knownValues(node, inputs, 1)?.[0] ?? fail(node, "limit is missing");
  const step = knownValues(node, inputs, 2)?.[0] ?? fail(node, "delta is missing");
  if (step === 0) fail(node, "delta is 0");
  const count = Math.max(0, Math.ceil((limit - start) / step));
  const values =
    count <= maxKnownElements ? Array.from({ length: count }, (_, i) => stored(start + i * step, type)) : undefined;
  return { shape: [count], type, values };
};

/** Of values that are known only at run time as many as there are at most. */
const nonZero: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const { values } = x;
  if (values === undefined) return { shape: [x.shape.length, elementCount(x.shape)], type: "int64", constant: false };
  if (x.shape.length !== 1) return { shape: [x.shape.length, countNonZero(values)], type: "int64" };
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) found.push(i);
  return { shape: [1, found.length], type: "int64", values: found };
};

function countNonZero(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  return count;
}

function attributeType(node: GraphNode, fallback: DataType): DataType {
  const code = integer(node, "dtype", 0);
  if (code === 0) return fallback;
  return dataTypeOfCode(code) ?? failUnsupported(node, `element type ${code} of ONNX is not supported`);
}

/** Random tensors differ from run to run: never constant. */
const random: Rule = (node) => ({
  shape: integers(node, "shape") ?? fail(node, "no shape is given"),
  type: attributeType(node, "float32"),
  constant: false,
});

const randomLike: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  return { shape: x.shape, type: attributeType(node, x.type), constant: false };
};

const eyeLike: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  return { shape: x.shape, type: attributeType(node, x.type) };
};

const bernoulli: Rule = randomLike;

/** Window functions of signal processing: one size in, a vector out. */
const window: Rule = (node, inputs) => {
  const size = knownValues(node, inputs, 0)?.[0] ?? fail(node, "size is missing");
  const code = integer(node, "output_datatype", 1);
  return { shape: [size], type: dataTypeOfCode(code) ?? failUnsupported(node, `element type ${code} of ONNX`) };
};

export const generatorRules: RuleTable = {
  Bernoulli: bernoulli,
  BlackmanWindow: window,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  EyeLike: eyeLike,
  HammingWindow: window,
  HannWindow: window,
  NonZero: nonZero,
  RandomNormal: random,
  RandomNormalLike: randomLike,
  RandomUniform: random,
  RandomUniformLike: randomLike,
  Range: range,
  Shape: shapeOf,
  Size: sizeOf,
};
