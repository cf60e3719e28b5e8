/** STUB: kernel types brought by the user. */
import type { KernelType } from "./types.js";

/** A kernel type of numeric fields. Formulas: + - * / ^ ( ) min max ceil floor over the field names. @throws LitepredError `invalid-config`. */
export function createUserKernelType(
  _name: string,
  _fields: readonly string[],
  _formulas: { flops?: string; params?: string } = {},
): KernelType {
  throw new Error("internal: not written yet");
}
