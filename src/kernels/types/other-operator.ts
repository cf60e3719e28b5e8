/**
 * An operator that no other type describes but whose work is known: FLOPs and bytes by a formula of its own
 * (detection/operators/work.ts), and how such work is done, which decides how fast. A fallback: never covered.
 */
import { choice, defineKernelType, option, size } from "../define.js";
import { expandOrReduce } from "./memory-bound.js";

const bytesPerElement = 4;

/**
 * `product`: matrix products. `vector`: element by element, vectorised. `scalar`: one element at a time by plain loops.
 * `sort`: comparing and picking. `move`: bytes alone.
 */
export const works = ["move", "product", "vector", "scalar", "sort"] as const;
export type Work = (typeof works)[number];

export const otherOperator = defineKernelType({
  name: "other-operator",
  summary: "An operator without a type of its own whose work is known: its FLOPs, its bytes, how it works.",
  fields: {
    work: choice(...works),
    inputBytes: size(602112, 2 ** 33, 0),
    outputBytes: size(602112, 2 ** 33, 0),
    flops: option(0, 2 ** 50, 0),
  },
  flops: (c) => c.flops,
  elements: (c) => ({ input: c.inputBytes / bytesPerElement, output: c.outputBytes / bytesPerElement }),
  build: (b, c) =>
    expandOrReduce(
      b,
      Math.max(1, Math.round(c.inputBytes / bytesPerElement)),
      Math.max(1, Math.round(c.outputBytes / bytesPerElement)),
    ),
});
