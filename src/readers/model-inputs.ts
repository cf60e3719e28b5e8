/**
 * What a model is run with: its inputs with the shapes that are used, and which sizes nobody stated. A file may leave an axis open: by
 * a symbol, by nothing, by 0 or by −1, all alike. An open first axis is the batch and becomes 1; any other open one must be given.
 */
import type { DataType } from "../graph/index.js";

export interface ModelInput {
  readonly name: string;
  /** In the file's order of axes. */
  readonly shape: readonly number[];
  readonly type: DataType;
  /** Axes whose size neither the file nor the caller states. */
  readonly assumed: readonly number[];
}

export interface ModelInterface {
  readonly inputs: readonly ModelInput[];
  /** The one that is read; absent where the file names none. */
  readonly signature?: string | undefined;
  /** Number of its graph in the file. */
  readonly graph: number;
  /** Names of all that the file has. */
  readonly signatures: readonly string[];
}

/** An axis of an input as the file declares it: its size, or the symbol that stands for it, "" for none. */
export type DeclaredAxis = number | string;

export const isOpenSize = (size: number): boolean => size === 0 || size === -1;

/** `--input name=shape` of a shape of the input's own rank, with plausible sizes where the file leaves them open. */
export function exampleInput(name: string, axes: readonly DeclaredAxis[]): string {
  return `--input ${name}=${axes.map((axis, i) => plausibleSize(axis, i, axes.length)).join("x")}`;
}

function plausibleSize(axis: DeclaredAxis, place: number, rank: number): number {
  if (typeof axis === "number" && axis > 0) return axis;
  if (place === 0) return 1;
  if (/seq|len|token|time|frame|past|text|word|context/i.test(String(axis))) return 128;
  // Of an image: the first axis behind the batch is channels, or the last one is.
  return rank >= 4 && place >= 1 ? 224 : 16;
}
