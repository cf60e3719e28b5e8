/** An ONNX file with its weights inside and its inputs' sizes stated. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { LitepredError } from "../../base/index.js";
import {
  TensorShapeProto_DimensionSchema as DimensionSchema,
  type GraphProto,
  TensorProto_DataLocation as Location,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
} from "../../formats/onnx/index.js";
import type { Settlement } from "../settlement.js";

/** Protobuf's own limit. */
const maxBytes = 2 ** 31 - 1;

export function settleOnnx(bytes: Uint8Array, settlement: Settlement): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const outside = tensorsOf(model).filter(({ dataLocation }) => dataLocation === Location.EXTERNAL);
  let total = bytes.length;
  for (const tensor of outside) {
    takeIn(tensor, settlement, maxBytes - total);
    total += tensor.rawData.length;
  }
  const hasStated = stateSizes(model, settlement.shapes);
  return outside.length === 0 && !hasStated ? bytes : toBinary(ModelProtoSchema, model);
}

/** True where a size was not there before. */
function stateSizes({ graph }: ModelProto, shapes: Settlement["shapes"]): boolean {
  let changed = false;
  for (const { name, type } of graph?.input ?? []) {
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape === undefined || type?.value.case !== "tensorType") continue;
    const declared = type.value.value.shape?.dim.map(({ value }) =>
      value.case === "dimValue" ? Number(value.value) : -1,
    );
    if (declared !== undefined && declared.join() === shape.join()) continue;
    const dim = shape.map((size) => create(DimensionSchema, { value: { case: "dimValue", value: BigInt(size) } }));
    type.value.value.shape = { $typeName: "onnx.TensorShapeProto", dim };
    changed = true;
  }
  return changed;
}

function takeIn(tensor: TensorProto, { externalData }: Settlement, room: number): void {
  const entry = (key: string) => tensor.externalData.find((candidate) => candidate.key === key)?.value;
  const location = entry("location");
  const offset = Number(entry("offset") ?? 0);
  const text = entry("length");
  const length = text === undefined ? undefined : Number(text);
  const what = `tensor "${tensor.name}"`;
  const isSound = [offset, length ?? 0].every((size) => Number.isSafeInteger(size) && size >= 0);
  if (location === undefined || !isSound)
    throw new LitepredError("invalid-model", `${what} is stored outside, but nothing says where`);
  if (!((length ?? 0) <= room))
    throw new LitepredError("limit-exceeded", `${what}: with its weights the model has more than ${maxBytes} bytes`);
  tensor.rawData = externalData(location, offset, length);
  if (length !== undefined && tensor.rawData.length < length)
    throw new LitepredError("invalid-model", `${what} should be ${length} bytes of "${location}", which ends before`);
  tensor.dataLocation = Location.DEFAULT;
  tensor.externalData = [];
}

/** Every stored tensor: weights, constants, and those of nested graphs. */
function tensorsOf({ graph, functions }: ModelProto): TensorProto[] {
  const found: TensorProto[] = [];
  const ofNodes = (nodes: readonly NodeProto[]): void => {
    for (const { attribute } of nodes)
      for (const { t, tensors, g, graphs } of attribute) {
        found.push(...(t ? [t] : []), ...tensors);
        for (const nested of [...(g ? [g] : []), ...graphs]) ofGraph(nested);
      }
  };
  const ofGraph = (one: GraphProto): void => {
    for (const tensor of one.initializer) found.push(tensor);
    ofNodes(one.node);
  };
  if (graph) ofGraph(graph);
  for (const { node } of functions) ofNodes(node);
  return found;
}
