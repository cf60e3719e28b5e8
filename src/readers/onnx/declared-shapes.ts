/**
 * Shapes that the file declares for its inputs. A symbolic first axis is the batch and becomes 1; any other symbol must
 * be given by the caller, once: the same symbol means the same size everywhere.
 */
import { LitepredError } from "../../base/index.js";
import type { TypeProto_Tensor, ValueInfoProto } from "../../formats/onnx/index.js";
import type { Tensor } from "../../graph/index.js";
import { givenSymbol, namesIn, sizeOfSymbol } from "./symbols.js";
import { elementType, staticShape } from "./tensor-proto.js";

export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** Run-time inputs with static shapes, in the file's order. */
export function resolveInputs(declared: readonly ValueInfoProto[], given: InputShapes): Tensor[] {
  const names = declared.map(({ name }) => name);
  const open = new Set(declared.flatMap(symbolsOf));
  const symbols = new Map<string, number>();
  for (const [name, shape] of Object.entries(given)) {
    if (!names.includes(name) && open.has(name)) symbols.set(name, givenSymbol(name, shape));
    else if (!names.includes(name)) {
      throw new LitepredError(
        "bad-usage",
        `the model has no input "${name}"`,
        `Its inputs: ${names.join(", ") || "none"}${open.size > 0 ? `; sizes that may be given too: ${[...open].join(", ")}` : ""}.`,
      );
    }
  }
  for (const info of declared) bindGiven(info, given, symbols);
  for (const info of declared) bindBatch(info, symbols);
  return declared.map((info) => resolveInput(info, given, symbols));
}

function tensorTypeOf(info: ValueInfoProto): TypeProto_Tensor {
  if (info.type?.value.case === "tensorType") return info.type.value.value;
  const kind = info.type?.value.case ?? "no type";
  throw new LitepredError("unsupported-operator", `input "${info.name}" is no tensor (${kind})`);
}

const sizeOf = (info: ValueInfoProto, axis: number) =>
  info.type?.value.case === "tensorType" ? info.type.value.value.shape?.dim[axis]?.value : undefined;

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
  givenShape(info, given)?.forEach((size, axis) => {
    const declared = sizeOf(info, axis);
    if (declared?.case === "dimParam" && declared.value !== "") symbols.set(declared.value, size);
  });
}

function bindBatch(info: ValueInfoProto, symbols: Map<string, number>): void {
  const first = sizeOf(info, 0);
  if (first?.case === "dimParam" && first.value !== "" && !symbols.has(first.value)) symbols.set(first.value, 1);
}

function resolveInput(info: ValueInfoProto, given: InputShapes, symbols: ReadonlyMap<string, number>): Tensor {
  const what = `input "${info.name}"`;
  const declared = tensorTypeOf(info);
  const type = elementType(declared.elemType, what);
  const wanted = givenShape(info, given);
  if (wanted) return { name: info.name, shape: checkGiven(info.name, declared, wanted), type, constant: false };
  if (!declared.shape) throw unknownShape(what, info.name, "declares no shape");
  const dims = declared.shape.dim.map(({ value }, axis) => {
    if (value.case === "dimValue") return value.value;
    const size = value.case === "dimParam" ? sizeOfSymbol(value.value, symbols) : undefined;
    if (size !== undefined) return BigInt(size);
    if (axis === 0) return 1n;
    const symbol = value.case === "dimParam" && value.value !== "" ? `is "${value.value}"` : "is not known";
    throw unknownShape(what, info.name, `has an axis ${axis} whose size ${symbol}`);
  });
  const shape = staticShape(dims, what);
  if (shape.includes(0)) throw unknownShape(what, info.name, `has the shape [${shape.join(",")}], without elements`);
  return { name: info.name, shape, type, constant: false };
}

function checkGiven(name: string, declared: TypeProto_Tensor, wanted: readonly number[]): readonly number[] {
  const rank = declared.shape?.dim.length;
  if (rank !== undefined && rank !== wanted.length) {
    throw new LitepredError("bad-usage", `input "${name}" has ${rank} axes, not the ${wanted.length} that are given`);
  }
  if (!wanted.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new LitepredError(
      "bad-usage",
      `the shape [${wanted.join(",")}] given for input "${name}" is no list of sizes`,
    );
  }
  return staticShape(wanted.map(BigInt), `input "${name}"`);
}

const unknownShape = (what: string, name: string, why: string) =>
  new LitepredError("invalid-model", `${what} ${why}`, `Give its shape, e.g. --input ${name}=1x3x224x224.`);

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
