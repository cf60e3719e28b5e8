/** Loops that run a number of times that is known: they are unrolled. */
import type { GraphProto, TensorProto } from "../../formats/onnx/index.js";
import { readTensor } from "./tensor-proto.js";

/** Longer loops would be longer graphs than is sensible. */
export const mostTrips = 1000;

/** Whether the loop's condition is passed on, or is set to true whatever happens. */
export function staysTrue({ input, output, node, initializer }: GraphProto): boolean {
  let name = output[0]?.name ?? "";
  for (;;) {
    const maker = node.find(({ output: made }) => made.includes(name));
    if (maker === undefined) break;
    if (maker.opType === "Constant") return isTrue(maker.attribute.find((attribute) => attribute.name === "value")?.t);
    if (maker.opType !== "Identity") return false;
    name = maker.input[0] ?? "";
  }
  return name === input[1]?.name || isTrue(initializer.find((tensor) => tensor.name === name));
}

const isTrue = (tensor: TensorProto | undefined): boolean =>
  tensor !== undefined && readTensor(tensor, tensor.name).values?.[0] === 1;
