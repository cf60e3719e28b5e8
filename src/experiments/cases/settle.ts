/** An ONNX file with the sizes of its inputs stated and its weights in it: what an engine that is handed bytes needs. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, type TensorProto, TensorShapeProto_DimensionSchema } from "../../formats/onnx/index.js";
import type { Graph } from "../../graph/index.js";

/** @param graph the model as read with the sizes that are meant */
export function settledOnnx(path: string, graph: Graph): Uint8Array {
  const model = fromBinary(ModelProtoSchema, readFileSync(path));
  for (const input of model.graph?.input ?? []) {
    const shape = graph.tensors.get(input.name)?.shape;
    const type = input.type?.value;
    if (shape === undefined || type?.case !== "tensorType" || type.value.shape === undefined) continue;
    type.value.shape.dim = shape.map((size) =>
      create(TensorShapeProto_DimensionSchema, { value: { case: "dimValue", value: BigInt(size) } }),
    );
  }
  for (const tensor of model.graph?.initializer ?? []) takeIn(tensor, dirname(resolve(path)));
  return toBinary(ModelProtoSchema, model);
}

/** TensorProto.DataLocation.EXTERNAL. */
const external = 1;

function takeIn(tensor: TensorProto, folder: string): void {
  if (tensor.dataLocation !== external) return;
  const entry = (key: string) => tensor.externalData.find((candidate) => candidate.key === key)?.value;
  const location = normalize(entry("location") ?? "");
  const file = join(folder, location);
  if (location.startsWith("..") || !existsSync(file)) return;
  const bytes = readFileSync(file);
  const offset = Number(entry("offset") ?? 0);
  const length = Number(entry("length") ?? bytes.length - offset);
  tensor.rawData = bytes.subarray(offset, offset + length);
  tensor.externalData = [];
  tensor.dataLocation = 0;
}
