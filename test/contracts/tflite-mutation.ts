/** Damages a .tflite model inside its structure, so that the file still decodes: wrong operators, options, sizes, links. */
import type { Random } from "../../src/base/index.js";
import { builtinOperators, type TfliteModel, tensorTypes } from "../../src/formats/tflite/index.js";

const sizes = [0, 1, -1, 2, 3, 7, 64, 4096, 100_000, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)];
const floats = [0, -1, 0.5, 1e30, Number.NaN, Number.POSITIVE_INFINITY];

/** Objects of the decoder, open to change. */
type Loose = Record<string, unknown>;
type Change = (model: Loose, random: Random) => void;

const listOf = (of: Loose, field: string) => (of[field] ?? []) as Loose[];
const graphOf = (model: Loose, random: Random) => random.pick(listOf(model, "subgraphs"));
const pickFrom = (list: readonly Loose[], random: Random): Loose => (list.length === 0 ? {} : random.pick(list));
const anyTensor = (model: Loose, random: Random) => pickFrom(listOf(graphOf(model, random), "tensors"), random);
const anyOperator = (model: Loose, random: Random) => pickFrom(listOf(graphOf(model, random), "operators"), random);

/** One number of a list changed, one more, or one fewer. */
function damageNumbers(of: Loose, field: string, choices: readonly number[], random: Random): void {
  const numbers = [...((of[field] ?? []) as number[])];
  const way = random.integer(3);
  if (way === 0) numbers.push(random.pick(choices));
  else if (way === 1) numbers.pop();
  else if (numbers.length > 0) numbers[random.integer(numbers.length)] = random.pick(choices);
  of[field] = numbers;
}

const changes: Readonly<Record<string, Change>> = {
  operator: (model, random) => {
    const code = pickFrom(listOf(model, "operatorCodes"), random);
    const number = random.pick(Object.values(builtinOperators));
    Object.assign(code, { deprecatedBuiltinCode: Math.min(127, number), builtinCode: number });
  },
  option: (model, random) => {
    const options = anyOperator(model, random).builtinOptions as Loose | undefined;
    const fields = Object.keys(options ?? {}).filter((field) => typeof options![field] === "number");
    if (fields.length > 0) options![random.pick(fields)] = random.pick([...sizes, ...floats]);
  },
  noOptions: (model, random) => {
    anyOperator(model, random).builtinOptions = undefined;
  },
  otherOptions: (model, random) => {
    anyOperator(model, random).builtinOptions = anyOperator(model, random).builtinOptions;
  },
  link: (model, random) => damageNumbers(anyOperator(model, random), "inputs", [...sizes, 4, 5, 6], random),
  result: (model, random) => damageNumbers(anyOperator(model, random), "outputs", [...sizes, 4, 5, 6], random),
  border: (model, random) =>
    damageNumbers(graphOf(model, random), random.pick(["inputs", "outputs"]), [...sizes, 4, 5], random),
  shape: (model, random) => damageNumbers(anyTensor(model, random), "shape", sizes, random),
  signature: (model, random) => damageNumbers(anyTensor(model, random), "shapeSignature", sizes, random),
  type: (model, random) => {
    anyTensor(model, random).type = random.pick([...Object.values(tensorTypes), 77]);
  },
  buffer: (model, random) => {
    anyTensor(model, random).buffer = random.pick([0, 1, 2, 3, 1000]);
  },
  name: (model, random) => {
    anyTensor(model, random).name = random.pick(["", "__proto__", "constructor", "x".repeat(300)]);
  },
  quantization: (model, random) => {
    const scale = [random.pick(floats), random.pick(floats)].slice(random.integer(2));
    const quantizedDimension = random.pick(sizes);
    anyTensor(model, random).quantization = { scale, zeroPoint: [random.pick(sizes)], quantizedDimension };
  },
  values: (model, random) => {
    const buffer = pickFrom(listOf(model, "buffers"), random);
    const data = buffer.data as Uint8Array | undefined;
    if (data !== undefined && data.length > 0)
      buffer.data = data.map((byte, i) => (i === 0 || random.next() < 0.1 ? random.integer(256) : byte));
  },
  cutBuffer: (model, random) => {
    const buffer = pickFrom(listOf(model, "buffers"), random);
    buffer.data = (buffer.data as Uint8Array | undefined)?.subarray(0, random.integer(9));
  },
  swapOperators: (model, random) => {
    const operators = listOf(graphOf(model, random), "operators");
    if (operators.length > 0) operators.push(operators.splice(random.integer(operators.length), 1)[0]!);
  },
};

/** Changes `model` in place. */
export function damageTflite(model: TfliteModel, random: Random): void {
  const count = 1 + random.integer(4);
  for (let i = 0; i < count; i++) changes[random.pick(Object.keys(changes))]!(model as Loose, random);
}
