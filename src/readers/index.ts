/**
 * Model files to graphs. In: the bytes of a file (external weights through a callback). Out: a Graph with every shape
 * known, constants folded. Pure: no file system. May import graph, formats and base; each format is a folder of its own.
 */
import { LitepredError } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import type { ModelInterface } from "./model-inputs.js";
import * as onnx from "./onnx/index.js";
import * as tflite from "./tflite/index.js";

export type { ModelInput, ModelInterface } from "./model-inputs.js";
export { type ReadAt, withoutWeights } from "./onnx/without-weights.js";
export { prune } from "./prune.js";

export interface ReadOptions {
  /** Name of the graph where the file gives none; used in error messages too. */
  readonly name?: string;
  /** Shapes of run-time inputs, by name and in the file's order of axes: they overrule what the file declares. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Of the signatures that a .tflite file may have, the one to read; default: that of its first graph. */
  readonly signature?: string | undefined;
  /** Bytes of a file that weights are stored in, by the path that the model gives; fewer where it ends before. Asked only for small constants. */
  readonly externalData?: (location: string, offset: number, length: number) => Uint8Array | undefined;
}

/** A file format. */
export interface Reader {
  readonly format: string;
  /** Operators by the names that the format has for them, where the reader has a table of its own. */
  readonly operators?: readonly string[];
  /** Whether the bytes begin like a file of this format. */
  match(bytes: Uint8Array): boolean;
  read(bytes: Uint8Array, options: ReadOptions): Graph;
  /** Its inputs with the shapes that are used, whatever operators it has. */
  modelInterface(bytes: Uint8Array, options: ReadOptions): ModelInterface;
}

export const readers: readonly Reader[] = [onnx, tflite];

/** The format that the bytes begin like; undefined for none that is known. */
export const formatOf = (bytes: Uint8Array): string | undefined =>
  readers.find((candidate) => candidate.match(bytes))?.format;

/**
 * @throws LitepredError `invalid-model` for files that are damaged or no model, `limit-exceeded` for those beyond the
 * limits, `unsupported-operator` for what shape inference does not know, `bad-usage` for wrong `inputShapes`.
 */
export function readModel(bytes: Uint8Array, options: ReadOptions = {}): Graph {
  return readerOf(bytes, options).read(bytes, options);
}

/** What the model is run with, though operators of it may not be known. @throws LitepredError as `readModel`. */
export function readInterface(bytes: Uint8Array, options: ReadOptions = {}): ModelInterface {
  return readerOf(bytes, options).modelInterface(bytes, options);
}

function readerOf(bytes: Uint8Array, options: ReadOptions): Reader {
  const reader = readers.find((candidate) => candidate.match(bytes));
  if (reader !== undefined) return reader;
  const what = bytes.length === 0 ? "the file is empty" : "this is no model file in a known format";
  const formats = readers.map(({ format }) => format).join(", ");
  throw new LitepredError(
    "invalid-model",
    options.name ? `${options.name}: ${what}` : what,
    `Known formats: ${formats}.`,
  );
}
