/**
 * Shapes that the file declares for its inputs. The same symbol means the same size everywhere, so that the caller gives it once.
 */
import { didYouMean, LitepredError } from "../../base/index.js";
import type { TypeProto_Tensor, ValueInfoProto } from "../../formats/onnx/index.js";
import type { Tensor } from "../../graph/index.js";
import { type DeclaredAxis, exampleInput, isOpenSize, type ModelInput } from "../model-inputs.js";
import { givenSymbol, namesIn, sizeOfSymbol } from "./symbols.js";
import { elementType, staticShape } from "./tensor-proto.js";

export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** Run-time inputs with static shapes, in the file's order. */
export function resolveInputs(declared: readonly ValueInfoProto[], given: InputShapes): ModelInput[] {
  const symbols = givenSizes(declared, given);
  for (const info of declared) bindGiven(info, given, symbols);
  const stated = new Set(symbols.keys());
  for (const info of declared) bindBatch(info, symbols);
  const lacking = declared.filter((info) => !givenShape(info, given) && openAxis(info, symbols) !== undefined);
  const hint = `Give its shape, e.g. ${lacking.map((info) => exampleInput(info.name, axesOf(info) ?? [1, 3, 224, 224])).join(" ")}`;
  return declared.map((info) => resolveInput(info, given, symbols, stated, hint));
}

/** Sizes that are given by their own names. @throws LitepredError `bad-usage` for a name of neither input nor size. */
function givenSizes(declared: readonly ValueInfoProto[], given: InputShapes): Map<string, number> {
  const names = declared.map(({ name }) => name);
  const open = new Set(declared.flatMap(symbolsOf));
  const symbols = new Map<string, number>();
  for (const [name, shape] of Object.entries(given)) {
    if (names.includes(name)) continue;
    if (!open.has(name)) {
      const sizes = open.size > 0 ? `; sizes that may be given too: ${[...open].join(", ")}` : "";
      const hint = `${didYouMean(name, [...names, ...open])}Its inputs: ${names.join(", ") || "none"}${sizes}.`;
      throw new LitepredError("bad-usage", `the model has no input "${name}"`, hint);
    }
    symbols.set(name, givenSymbol(name, shape));
  }
  return symbols;
}

function tensorTypeOf(info: ValueInfoProto): TypeProto_Tensor {
  if (info.type?.value.case === "tensorType") return info.type.value.value;
  const kind = info.type?.value.case ?? "no type";
  throw new LitepredError("unsupported-operator", `input "${info.name}" is no tensor (${kind})`);
}

/** Axes as declared, open ones as their symbol; undefined where the rank is open too. */
function axesOf(info: ValueInfoProto): DeclaredAxis[] | undefined {
  if (info.type?.value.case !== "tensorType") return undefined;
  return info.type.value.value.shape?.dim.map(({ value }) => {
    if (value.case === "dimParam") return value.value;
    const size = Number(value.case === "dimValue" ? value.value : 0);
    return isOpenSize(size) ? "" : size;
  });
}

const sizeOf = (axis: string, symbols: ReadonlyMap<string, number>): number | undefined =>
  axis === "" ? undefined : sizeOfSymbol(axis, symbols);

const isStated = (axis: string, stated: ReadonlySet<string>): boolean =>
  axis !== "" && namesIn(axis).every((name) => stated.has(name));

/** Where the size is still not known; −1 for an input without a rank. */
function openAxis(info: ValueInfoProto, symbols: ReadonlyMap<string, number>): number | undefined {
  const axes = axesOf(info);
  if (axes === undefined) return -1;
  const open = axes.findIndex((axis, i) => i > 0 && typeof axis === "string" && sizeOf(axis, symbols) === undefined);
  return open < 0 ? undefined : open;
}

/** Names of sizes in an input's shape. */
function symbolsOf(info: ValueInfoProto): string[] {
  if (info.type?.value.case !== "tensorType") return [];
  const dims = info.type.value.value.shape?.dim ?? [];
  return dims.flatMap(({ value }) => (value.case === "dimParam" && value.value !== "" ? namesIn(value.value) : []));
}

function givenShape(info: ValueInfoProto, given: InputShapes): readonly number[] | undefined {
  return Object.hasOwn(given, info.name) ? given[info.name] : undefined;
}

function bindGiven(info: ValueInfoProto, given: InputShapes, symbols: Map<string, number>): void {
  const axes = axesOf(info);
  givenShape(info, given)?.forEach((size, i) => {
    const axis = axes?.[i];
    if (typeof axis === "string" && axis !== "") symbols.set(axis, size);
  });
}

function bindBatch(info: ValueInfoProto, symbols: Map<string, number>): void {
  const first = axesOf(info)?.[0];
  if (typeof first === "string" && first !== "" && !symbols.has(first)) symbols.set(first, 1);
}

function resolveInput(
  info: ValueInfoProto,
  given: InputShapes,
  symbols: ReadonlyMap<string, number>,
  stated: ReadonlySet<string>,
  hint: string,
): ModelInput {
  const { name } = info;
  const what = `input "${name}"`;
  const declared = tensorTypeOf(info);
  const type = elementType(declared.elemType, what);
  const wanted = givenShape(info, given);
  if (wanted) return { name, shape: checkGiven(name, declared, wanted), type, assumed: [] };
  const axes = axesOf(info);
  const open = openAxis(info, symbols);
  if (axes === undefined || open === -1) throw new LitepredError("invalid-model", `${what} declares no shape`, hint);
  if (open !== undefined) {
    const size = axes[open] === "" ? "is not known" : `is "${axes[open]}"`;
    throw new LitepredError("invalid-model", `${what} has an axis ${open} whose size ${size}`, hint);
  }
  const sizes = axes.map((axis) => BigInt(typeof axis === "number" ? axis : (sizeOf(axis, symbols) ?? 1)));
  if (sizes[0] === 0n) throw noSizes(name, sizes);
  const assumed = axes.flatMap((axis, i) => (typeof axis === "string" && !isStated(axis, stated) ? [i] : []));
  return { name, shape: staticShape(sizes, what), type, assumed };
}

/** A cache without anything in it is of length 0; a batch is not. */
const noSizes = (name: string, shape: readonly (number | bigint)[]) =>
  new LitepredError("bad-usage", `the shape [${shape.join(",")}] given for input "${name}" is no list of sizes`);

function checkGiven(name: string, declared: TypeProto_Tensor, wanted: readonly number[]): readonly number[] {
  const rank = declared.shape?.dim.length;
  if (rank !== undefined && rank !== wanted.length) {
    throw new LitepredError("bad-usage", `input "${name}" has ${rank} axes, not the ${wanted.length} that are given`);
  }
  if (!wanted.every((size, axis) => Number.isSafeInteger(size) && size >= (axis === 0 ? 1 : 0)))
    throw noSizes(name, wanted);
  return staticShape(wanted.map(BigInt), `input "${name}"`);
}

/** Fully static shape and type that the file declares for a tensor; undefined if anything is open. */
export function declaredTensor(info: ValueInfoProto | undefined): Omit<Tensor, "constant"> | undefined {
  if (info?.type?.value.case !== "tensorType" || !info.type.value.value.shape) return undefined;
  const { shape, elemType } = info.type.value.value;
  const dims: bigint[] = [];
  for (const { value } of shape.dim) {
    if (value.case !== "dimValue") return undefined;
    dims.push(value.value);
  }
  const what = `tensor "${info.name}"`;
  return { name: info.name, shape: staticShape(dims, what), type: elementType(elemType, what) };
}
