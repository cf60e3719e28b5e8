/**
 * An operator that no other type describes but whose work is known: FLOPs and bytes by a formula of its own
 * (detection/operators/work.ts), and how such work is done, which decides how fast. A fallback: never covered.
 */
import { choice, defineKernelType } from "../define.js";
import { moved } from "./memory-bound.js";

/**
 * `product`: matrix products. `vector`: element by element, vectorised. `scalar`: one element at a time by plain loops.
 * `sort`: comparing and picking. `move`: bytes alone.
 */
export const works = ["move", "product", "vector", "scalar", "sort"] as const;
export type Work = (typeof works)[number];

export const otherOperator = defineKernelType({
  name: "other-operator",
  summary: "An operator without a type of its own whose work is known: its FLOPs, its bytes, how it works.",
  ...moved,
  fields: { work: choice(...works), ...moved.fields },
});
