/** Damages an ONNX model inside its structure, so that the file still decodes: wrong operators, attributes, sizes, links. */
import type { Random } from "../../src/base/index.js";
import { AttributeProto_AttributeType as AttributeType, type ModelProto } from "../../src/formats/onnx/index.js";
import { inferredOperators } from "../../src/graph/index.js";

const sizes = [0n, 1n, -1n, 2n, 3n, 7n, 64n, 4096n, 100_000n, 2n ** 31n, 2n ** 40n, -(2n ** 40n), 2n ** 63n - 1n];
const floats = [0, -1, 0.5, 3, 1e30, Number.NaN, Number.POSITIVE_INFINITY];

type Change = (model: ModelProto, random: Random) => void;

const anyNode = (model: ModelProto, random: Random) => random.pick(model.graph!.node);

const changes: Readonly<Record<string, Change>> = {
  operator: (model, random) => {
    anyNode(model, random).opType = random.pick(inferredOperators[""]);
  },
  contribOperator: (model, random) => {
    const node = anyNode(model, random);
    node.domain = "com.microsoft";
    node.opType = random.pick(inferredOperators["com.microsoft"]);
  },
  attributeValue: (model, random) => {
    const { attribute } = anyNode(model, random);
    if (attribute.length === 0) return;
    const changed = random.pick(attribute);
    changed.i = random.pick(sizes);
    changed.f = random.pick(floats);
    changed.s = new TextEncoder().encode(random.pick(["", "SAME_UPPER", "VALID", "bij,bjk->bik"]));
    const { ints } = changed;
    const choice = random.integer(3);
    if (choice === 0) ints.push(random.pick(sizes));
    else if (choice === 1) ints.pop();
    else if (ints.length > 0) ints[random.integer(ints.length)] = random.pick(sizes);
  },
  attributeKind: (model, random) => {
    const { attribute } = anyNode(model, random);
    const kinds = [
      AttributeType.INT,
      AttributeType.INTS,
      AttributeType.FLOAT,
      AttributeType.STRING,
      AttributeType.STRINGS,
    ];
    if (attribute.length > 0) random.pick(attribute).type = random.pick([...kinds, AttributeType.TENSOR]);
  },
  attributeName: (model, random) => {
    const from = anyNode(model, random).attribute;
    const to = anyNode(model, random).attribute;
    if (from.length > 0 && to.length > 0) random.pick(from).name = random.pick(to).name;
  },
  dropAttribute: (model, random) => {
    const { attribute } = anyNode(model, random);
    if (attribute.length > 0) attribute.splice(random.integer(attribute.length), 1);
  },
  link: (model, random) => {
    const { input } = anyNode(model, random);
    const other = anyNode(model, random);
    const name = random.next() < 0.5 ? (other.output[0] ?? "") : (other.input[0] ?? "");
    if (input.length > 0) input[random.integer(input.length)] = name;
  },
  extraInput: (model, random) => {
    anyNode(model, random).input.push(anyNode(model, random).input[0] ?? "");
  },
  dropInput: (model, random) => {
    anyNode(model, random).input.pop();
  },
  emptyInput: (model, random) => {
    const { input } = anyNode(model, random);
    if (input.length > 0) input[random.integer(input.length)] = "";
  },
  outputs: (model, random) => {
    const { output } = anyNode(model, random);
    if (random.next() < 0.5) output.push("extra");
    else output.pop();
  },
  weightShape: (model, random) => {
    const { initializer } = model.graph!;
    if (initializer.length === 0) return;
    const { dims } = random.pick(initializer);
    if (random.next() < 0.3) dims.push(random.pick(sizes));
    else if (dims.length > 0) dims[random.integer(dims.length)] = random.pick(sizes);
  },
  weightType: (model, random) => {
    const { initializer } = model.graph!;
    if (initializer.length > 0) random.pick(initializer).dataType = random.integer(25);
  },
  weightValue: (model, random) => {
    const small = model.graph!.initializer.filter(({ rawData }) => rawData.length > 0);
    if (small.length === 0) return;
    const { rawData } = random.pick(small);
    rawData[random.integer(rawData.length)] = random.pick([0, 1, 0xff, 0x80, 7]);
  },
  inputShape: (model, random) => {
    const type = model.graph!.input[0]?.type?.value;
    if (type?.case !== "tensorType" || !type.value.shape?.dim.length) return;
    random.pick(type.value.shape.dim).value = { case: "dimValue", value: random.pick(sizes) };
  },
  opset: (model, random) => {
    model.opsetImport[0]!.version = random.pick([7n, 9n, 10n, 11n, 13n, 17n, 18n, 21n, 23n, 26n, 99n, -1n]);
  },
};

/** Changes `model` in place. */
export function damageModel(model: ModelProto, random: Random): void {
  const count = 1 + random.integer(4);
  for (let i = 0; i < count; i++) changes[random.pick(Object.keys(changes))]!(model, random);
}
