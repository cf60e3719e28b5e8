/** STUB: the single table of kernel types. */
import type { KernelType } from "./types.js";

/** The catalogue's row of that name. @throws LitepredError `unknown-kernel-type`. */
export function kernelTypeOf(_name: string): KernelType {
  throw new Error("internal: not written yet");
}

/** Names of all catalogue types. */
export const kernelTypeNames: readonly string[] = [];

/** Identifies the fields and features of all types; a predictor trained under another version does not fit. */
export function catalogueVersion(): string {
  throw new Error("internal: not written yet");
}
