/** Run-time inputs: their shapes, as the file or the caller says, and the order that their axes are taken for. */
import { didYouMean, LitepredError, own } from "../../base/index.js";
import { identity, nhwc, type Permutation, samePermutation } from "../../graph/index.js";
import { exampleInput, isOpenSize, type ModelInput } from "../model-inputs.js";
import { checkedShape, constantValues, type FileModel, type FileOperator, invalid } from "./model.js";

export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** Shapes in the file's order of axes, by number of the tensor. */
export function inputShapes(file: FileModel, given: InputShapes): Map<number, readonly number[]> {
  const names = file.inputs.map((index) => file.tensor(index).name);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const hint = `${didYouMean(name, names)}Its inputs: ${names.join(", ") || "none"}.`;
    throw new LitepredError("bad-usage", `the model has no input "${name}"`, hint);
  }
  return new Map(file.inputs.map((index) => [index, shapeOf(file, index, given)]));
}

/** Inputs as the file has them, with the shapes that are used. */
export function modelInputs(file: FileModel, given: InputShapes): ModelInput[] {
  return [...inputShapes(file, given)].map(([index, shape]) => {
    const { name, type } = file.tensor(index);
    const assumed = Object.hasOwn(given, name) ? [] : openAxes(file, index);
    return { name, shape, type, assumed };
  });
}

/** In a file an open axis has the size 1 and the signature −1. */
function openAxes(file: FileModel, index: number): number[] {
  const { shape, signature } = file.tensor(index);
  return shape.flatMap((size, axis) => (isOpenSize(size) || isOpenSize(signature[axis]!) ? [axis] : []));
}

function shapeOf(file: FileModel, index: number, given: InputShapes): readonly number[] {
  const { name, shape } = file.tensor(index);
  const wanted = Object.hasOwn(given, name) ? given[name] : undefined;
  if (wanted !== undefined) {
    if (wanted.length !== shape.length)
      throw new LitepredError(
        "bad-usage",
        `input "${name}" has ${shape.length} axes, not the ${wanted.length} that are given`,
      );
    if (!wanted.every((size) => Number.isSafeInteger(size) && size > 0))
      throw new LitepredError(
        "bad-usage",
        `the shape [${wanted.join(",")}] given for input "${name}" is no list of sizes`,
      );
    return checkedShape(wanted, `input "${name}"`);
  }
  const axes = openAxes(file, index);
  const open = axes.find((axis) => axis > 0);
  if (open === undefined) return axes.length === 0 ? shape : [1, ...shape.slice(1)];
  const example = exampleInput(
    name,
    shape.map((size, axis) => (axes.includes(axis) ? "" : size)),
  );
  throw invalid(
    `input "${name}" has an axis ${open} whose size is not known`,
    `Give its shape in the file's order, e.g. ${example}`,
  );
}

/** Operators that read an image, or that only networks with images have. */
const ofImages = new Set([
  "CONV_2D",
  "DEPTHWISE_CONV_2D",
  "TRANSPOSE_CONV",
  "AVERAGE_POOL_2D",
  "MAX_POOL_2D",
  "L2_POOL_2D",
  "RESIZE_BILINEAR",
  "RESIZE_NEAREST_NEIGHBOR",
  "DEPTH_TO_SPACE",
  "SPACE_TO_DEPTH",
  "SPACE_TO_BATCH_ND",
  "BATCH_TO_SPACE_ND",
]);

/**
 * Four axes are an image in TensorFlow's order, unless the model says otherwise: it turns the input into that order
 * first, or has no operator of images and does work on the last axes as matrices.
 */
export function inputOrders(
  file: FileModel,
  operators: readonly FileOperator[],
  notes: Readonly<Record<string, Permutation>>,
): (index: number, rank: number) => Permutation {
  const builtins = new Set(operators.map(({ builtin }) => builtin));
  const hasImages = [...builtins].some((builtin) => ofImages.has(builtin));
  return (index, rank) => {
    const noted = own(notes, file.tensor(index).name);
    if (noted !== undefined && noted.length === rank) return noted;
    if (rank !== 4 || !hasImages) return identity(rank);
    const reader = operators.find(({ inputs }) => inputs[0] === index);
    const isTurned = reader?.builtin === "TRANSPOSE" && samePermutation(movesOf(file, reader), nhwc);
    return isTurned ? identity(4) : nhwc;
  };
}

function movesOf(file: FileModel, { inputs }: FileOperator): readonly number[] {
  const index = inputs[1] ?? -1;
  return index < 0 ? [] : (constantValues(file.tensor(index), `tensor ${index}`) ?? []);
}

/** Orders of inputs that litepred's own writer notes in the description of the file; none in other files. */
export function notedOrders(description: string | undefined): Readonly<Record<string, Permutation>> {
  if (!description?.startsWith("litepred {")) return {};
  try {
    const { layouts } = JSON.parse(description.slice("litepred ".length)) as { layouts?: unknown };
    if (typeof layouts !== "object" || layouts === null) return {};
    return Object.fromEntries(Object.entries(layouts).filter(([, perm]) => isPermutation(perm)));
  } catch {
    return {};
  }
}

function isPermutation(value: unknown): value is Permutation {
  if (!Array.isArray(value) || value.length > 64) return false;
  return [...value].sort((a, b) => a - b).every((axis, i) => axis === i);
}
