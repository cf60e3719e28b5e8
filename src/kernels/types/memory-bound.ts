/** The last resort: an operator that no other type describes, by the bytes it moves and its FLOPs, so that it never costs nothing. */
import { type GraphBuilder, integers } from "../../graph/index.js";
import { defineKernelType, option, size } from "../define.js";
import { bytesPerNumber } from "../sizes.js";

type Moved = { readonly inputBytes: number; readonly outputBytes: number; readonly flops: number };

/** Bytes read and written, and FLOPs, whatever the operator. */
export const moved = {
  fields: {
    inputBytes: size(602112, 2 ** 33, 0),
    outputBytes: size(602112, 2 ** 33, 0),
    flops: option(0, 2 ** 50, 0),
  },
  flops: (c: Moved) => c.flops,
  elements: (c: Moved) => ({ input: c.inputBytes / bytesPerNumber, output: c.outputBytes / bytesPerNumber }),
  build: (b: GraphBuilder, c: Moved) =>
    expandOrReduce(
      b,
      Math.max(1, Math.round(c.inputBytes / bytesPerNumber)),
      Math.max(1, Math.round(c.outputBytes / bytesPerNumber)),
    ),
};

export const memoryBound = defineKernelType({
  name: "memory-bound",
  summary: "Any operator without a type of its own: bytes read and written, FLOPs.",
  ...moved,
});

/** Reads `input` elements and writes about `output`: a copy, an expansion or a reduction by a whole factor. */
export function expandOrReduce(b: GraphBuilder, input: number, output: number): string {
  if (input === output) return b.node("Reshape", [b.input("x", [input]), integers(b, [1, input])]);
  if (output > input)
    return b.node("Expand", [b.input("x", [1, input]), integers(b, [Math.round(output / input), input])]);
  const factor = Math.round(input / output);
  return b.node("ReduceMax", [b.input("x", [factor, output])], { axes: [0], keepdims: 0 });
}
