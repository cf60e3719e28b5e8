/** Model files of the user: read as a graph, or as what an engine is given; what is taken for granted with them is said. */
import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { fileFault, kindOfFile, LitepredError, readPlainFile } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { formatOf, type ModelInterface, readInterface, readModel } from "../readers/index.js";
import { type Settlement, settleModel } from "../writers/index.js";

/** How a file is to be taken. */
export interface ModelUse {
  /** `name=1x3x224x224`, as on the command line. */
  readonly inputs?: readonly string[] | undefined;
  /** Of a .tflite file with several. */
  readonly signature?: string | undefined;
}

/** Model files above this size are refused: protobuf's own limit is 2 GiB. */
const maxModelBytes = 2 ** 31;

/** Reads a model file; external data is looked for beside it, never outside its folder. @throws LitepredError naming the file. */
export function readModelFile(path: string, inputs: readonly string[] = [], signature?: string): Graph {
  const bytes = readModelBytes(path);
  return named(path, () => readModel(bytes, readOptions(path, { inputs, signature })));
}

/** The inputs of a model file with the shapes that are used. @throws LitepredError naming the file. */
export function readModelInterface(path: string, use: ModelUse = {}): ModelInterface {
  const bytes = readModelBytes(path);
  return named(path, () => readInterface(bytes, readOptions(path, use)));
}

/** What nobody stated: a line for each input with an open axis, and for a file with several signatures. */
export function assumptions(
  { inputs, signature, signatures }: ModelInterface,
  { signature: stated }: ModelUse,
): string[] {
  const shapes = inputs.flatMap(({ name, shape, assumed }) => {
    if (assumed.length === 0) return [];
    const axes = `${assumed.length === 1 ? "axis" : "axes"} ${assumed.join(", ")}`;
    const text = shape.join("x");
    return [`input ${name} is taken as ${text}: its ${axes} may be of any size (--input ${name}=${text})`];
  });
  if (signatures.length < 2 || stated !== undefined) return shapes;
  const others = signatures.filter((name) => name !== signature).join(", ");
  return [...shapes, `signature ${signature ?? "without a name"} is read; there is also ${others} (--signature)`];
}

/** The file's bytes, complete in themselves: sizes of inputs stated, external weights taken in. @throws LitepredError naming the file. */
export function settledModel(path: string, use: ModelUse = {}): Uint8Array {
  const bytes = readModelBytes(path);
  return named(path, () => {
    const { inputs, graph } = readInterface(bytes, readOptions(path, use));
    const shapes = Object.fromEntries(inputs.map(({ name, shape }) => [name, shape]));
    const externalData: Settlement["externalData"] = (...wanted) => {
      const found = besideModel(path, ...wanted);
      if (found !== undefined) return found;
      const hint = `its weights belong beside it, in ${join(dirname(path), wanted[0])}`;
      throw new LitepredError("unreadable-file", `there is no file "${wanted[0]}" beside it`, hint);
    };
    return settleModel(formatOf(bytes)!, bytes, { shapes, graph, externalData });
  });
}

/** @throws LitepredError `unreadable-file`, `limit-exceeded`. */
export const readModelBytes = (path: string): Uint8Array =>
  readPlainFile(path, {
    maxBytes: maxModelBytes,
    hint: "give the path of an .onnx or .tflite file",
    largeCode: "limit-exceeded",
    largeHint: "store the weights as external data",
  });

/** `name=1x3x224x224` → shapes by name. @throws LitepredError `bad-usage`. */
export function parseInputShapes(inputs: readonly string[]): Record<string, number[]> {
  return Object.fromEntries(
    inputs.map((input) => {
      const match = /^(.+)=(\d+(?:[x,]\d+)*)$/.exec(input);
      if (match === null)
        throw new LitepredError("bad-usage", `--input ${input} is not name=shape`, "for example --input x=1x3x224x224");
      return [match[1]!, match[2]!.split(/[x,]/).map(Number)];
    }),
  );
}

const readOptions = (path: string, { inputs = [], signature }: ModelUse) => ({
  name: basename(path),
  inputShapes: parseInputShapes(inputs),
  signature,
  externalData: (...wanted: [string, number, number]) => besideModel(path, ...wanted),
});

/** Puts the file's path in the place of its name. */
function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LitepredError)) throw error;
    const name = `${basename(path)}: `;
    const message = error.message.startsWith(name) ? error.message.slice(name.length) : error.message;
    throw new LitepredError(error.code, `${path}: ${message}`, error.hint, { ...error.values, file: path });
  }
}

/**
 * Bytes of a file in the model's folder, or in the folder of the file that the model is a link to (a download cache keeps both as links);
 * fewer where it ends before, undefined where there is none.
 * @throws LitepredError `invalid-model` for a file that lies elsewhere, `limit-exceeded`, `unreadable-file`
 */
function besideModel(path: string, location: string, offset: number, length?: number): Uint8Array | undefined {
  const file = join(dirname(resolve(path)), location);
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const real = realpathSync(file);
    const folders = [realpathSync(dirname(resolve(path))), dirname(realpathSync(path))];
    if (!folders.some((folder) => real.startsWith(folder.endsWith(sep) ? folder : folder + sep)))
      throw new LitepredError("invalid-model", `its weights are stored at "${location}", outside the model's folder`);
    if (!found.isFile())
      throw new LitepredError("unreadable-file", `"${location}" beside it is ${kindOfFile(found)}, not a file`);
    return readRange(real, offset, Math.max(0, Math.min(length ?? found.size, found.size - offset)));
  } catch (error) {
    throw fileFault(error, "unreadable-file") ?? error;
  }
}

function readRange(file: string, offset: number, length: number): Uint8Array {
  if (length > maxModelBytes) throw new LitepredError("limit-exceeded", `weights of ${length} bytes do not fit in`);
  const bytes = new Uint8Array(length);
  const handle = openSync(file, "r");
  try {
    let read = 0;
    for (let more = 1; more > 0 && read < length; read += more)
      more = readSync(handle, bytes, read, length - read, offset + read);
    return bytes.subarray(0, read);
  } finally {
    closeSync(handle);
  }
}
