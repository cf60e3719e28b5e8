/** Bytes to the protobuf message. */
import { fromBinary } from "@bufbuild/protobuf";
import { LitepredError } from "../../base/index.js";
import { type ModelProto, ModelProtoSchema } from "../../formats/onnx/index.js";
import { scanWire } from "./wire-scan.js";

/** First bytes of fields of ModelProto in the order of likelihood: ir_version, producer, opset_import, graph, …. */
const firstTags = new Set([0x08, 0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]);

/** ONNX has no magic number: the first field must be one of a model's, and the bytes must not be a FlatBuffer of TFLite. */
export function looksLikeOnnx(bytes: Uint8Array): boolean {
  const isTflite = bytes[4] === 0x54 && bytes[5] === 0x46 && bytes[6] === 0x4c && bytes[7] === 0x33;
  return bytes.length > 0 && firstTags.has(bytes[0]!) && !isTflite;
}

/** @throws LitepredError `invalid-model` or `limit-exceeded`. Byte fields are views of `bytes`, not copies. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  scanWire(bytes, ModelProtoSchema);
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw new LitepredError("invalid-model", `the ONNX file cannot be decoded: ${(error as Error).message}`);
  }
}
