/**
 * A model file as it stands → the same model, complete in itself and with the shapes that it is run with: what an engine is given, and
 * what a measurement is of. A file that is so already stays as it is, byte for byte.
 */
import { LitepredError } from "../base/index.js";
import { settleOnnx } from "./onnx/settle.js";
import type { Settlement } from "./settlement.js";
import { settleTflite } from "./tflite/settle.js";

const settlers: Readonly<Record<string, (bytes: Uint8Array, settlement: Settlement) => Uint8Array>> = {
  onnx: settleOnnx,
  tflite: settleTflite,
};

/** @param bytes of a file that a reader has taken @throws LitepredError `limit-exceeded` where weights would not fit in. */
export function settleModel(format: string, bytes: Uint8Array, settlement: Settlement): Uint8Array {
  const settle = settlers[format];
  if (settle === undefined) throw new LitepredError("invalid-model", `no way to settle files of the format ${format}`);
  return settle(bytes, settlement);
}
