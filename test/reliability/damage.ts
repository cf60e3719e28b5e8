/** A damaged copy of a model file: half of them inside its structure, half in its bytes. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Random } from "../../src/base/index.js";
import { ModelProtoSchema } from "../../src/formats/onnx/index.js";
import { decodeTflite, encodeTflite } from "../../src/formats/tflite/index.js";
import { formatOf } from "../../src/readers/index.js";
import { mutate } from "../contracts/mutation.js";
import { damageModel } from "../contracts/onnx-mutation.js";
import { damageTflite } from "../contracts/tflite-mutation.js";

export function damage(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const inBytes = () => (bytes.length === 0 ? bytes : mutate(bytes, others, random));
  if (random.next() < 0.4) return inBytes();
  try {
    return formatOf(bytes) === "tflite" ? damagedTflite(bytes, random) : damagedOnnx(bytes, random);
  } catch {
    return inBytes(); // Already so damaged that it has no structure, or cannot be written.
  }
}

function damagedOnnx(bytes: Uint8Array, random: Random): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  damageModel(model, random);
  return toBinary(ModelProtoSchema, model);
}

function damagedTflite(bytes: Uint8Array, random: Random): Uint8Array {
  const model = decodeTflite(bytes);
  damageTflite(model, random);
  return encodeTflite(model);
}
