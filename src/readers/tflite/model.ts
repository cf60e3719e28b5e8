/** What a .tflite file says of its tensors and operators, checked: shapes, element types, quantisation, constants. */
import { didYouMean, LitepredError } from "../../base/index.js";
import {
  builtinOperators,
  type Options,
  type OptionsName,
  type Table,
  type TfliteModel,
  type TfliteOperator,
  type TfliteSubgraph,
  type TfliteTensor,
  tensorTypes,
} from "../../formats/tflite/index.js";
import { bytesPerElement, type DataType, elementCount, maxElements } from "../../graph/index.js";
import { decodeRaw } from "../raw-values.js";

/** Constants up to this many elements carry their values (as inferOutputs does). */
const maxKnownElements = 4096;
const maxRank = 64;

/** One operator as the file has it; tensors by number, −1 for an omitted input. */
export interface FileOperator {
  /** Place in running order. */
  readonly index: number;
  /** Name of the builtin operator. */
  readonly builtin: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Options | undefined;
}

/** real = scale · (stored − zeroPoint). */
export interface Scale {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  /** Stored axis that several scales belong to. */
  readonly axis: number;
}

export interface FileTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** −1 where the size is open. */
  readonly signature: readonly number[];
  readonly type: DataType;
  readonly scale: Scale | undefined;
  readonly isVariable: boolean;
  /** Bytes of a constant. */
  readonly data: Uint8Array | undefined;
  /** Elements of fewer than eight bits. */
  readonly isPacked: boolean;
}

export interface FileModel {
  readonly name: string;
  /** The main graph's lists as the file has them. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly TfliteOperator[];
  readonly tensorCount: number;
  tensor(index: number): FileTensor;
  operator(index: number): FileOperator;
}

export const invalid = (message: string, hint = ""): LitepredError => new LitepredError("invalid-model", message, hint);

/** @throws LitepredError `unsupported-operator`, naming the operator. */
export function unsupported({ builtin, index }: FileOperator, why: string): never {
  throw new LitepredError("unsupported-operator", `operator ${index} (${builtin}) ${why}`, "", { operator: builtin });
}

/** The operator's options; defaults where the file leaves them away. */
export function optionsOf<Name extends OptionsName>({ options }: FileOperator, table: Name): Table<Name> {
  return options?.table === table ? (options as Table<Name>) : {};
}

const typeByCode = new Map<number, string>(Object.entries(tensorTypes).map(([name, code]) => [code, name]));
const builtinByCode = new Map<number, string>(Object.entries(builtinOperators).map(([name, code]) => [code, name]));
/** Types by the schema's name; those of fewer than eight bits stand as the next wider one. */
const types: Readonly<Record<string, DataType>> = {
  FLOAT32: "float32",
  FLOAT16: "float16",
  BFLOAT16: "bfloat16",
  FLOAT64: "float64",
  INT8: "int8",
  UINT8: "uint8",
  INT16: "int16",
  UINT16: "uint16",
  INT32: "int32",
  UINT32: "uint32",
  INT64: "int64",
  UINT64: "uint64",
  BOOL: "bool",
  STRING: "string",
  INT4: "int8",
  INT2: "int8",
  UINT4: "uint8",
};
const packed = new Set(["INT4", "INT2", "UINT4"]);

/** @param signature whose graph to take; by default the first graph */
export function fileModel(model: TfliteModel, bytes: Uint8Array, signature?: string): FileModel {
  const graph = model.subgraphs?.[graphOf(model, signature)];
  if (graph === undefined) throw invalid("the .tflite file holds no graph");
  const known = new Map<number, FileTensor>();
  return {
    name: graph.name ?? "",
    inputs: graph.inputs ?? [],
    outputs: graph.outputs ?? [],
    operators: graph.operators ?? [],
    tensorCount: graph.tensors?.length ?? 0,
    tensor(index) {
      const found = known.get(index) ?? readTensor(model, graph, index, bytes);
      known.set(index, found);
      return found;
    },
    operator: (index) => readOperator(model, graph, index),
  };
}

/** Names of the file's signatures: a graph without one goes by its own name where there are several. */
export function signaturesOf(model: TfliteModel): Map<string, number> {
  const named = (model.signatureDefs ?? []).map(
    ({ signatureKey = "", subgraphIndex = 0 }) => [signatureKey, subgraphIndex] as const,
  );
  if (named.length > 0) return new Map(named);
  const graphs = (model.subgraphs ?? []).map(({ name = "" }, index) => [name || `graph ${index}`, index] as const);
  return new Map(graphs.length > 1 ? graphs : []);
}

/** Number of the graph that a signature runs. */
export function graphOf(model: TfliteModel, signature: string | undefined): number {
  if (signature === undefined) return 0;
  const all = signaturesOf(model);
  const index = all.get(signature);
  if (index !== undefined) return index;
  const names = [...all.keys()];
  const hint = `${didYouMean(signature, names)}Its signatures: ${names.join(", ") || "none"}.`;
  throw new LitepredError("bad-usage", `the model has no signature "${signature}"`, hint);
}

function readOperator(model: TfliteModel, graph: TfliteSubgraph, index: number): FileOperator {
  const { opcodeIndex = 0, inputs = [], outputs = [], builtinOptions } = graph.operators![index]!;
  const code = model.operatorCodes?.[opcodeIndex];
  if (code === undefined) throw invalid(`operator ${index} has the code ${opcodeIndex}, which the file does not list`);
  // Operators above 127 are in the wide field alone, older files have only the narrow one.
  const number = Math.max(code.builtinCode ?? 0, code.deprecatedBuiltinCode ?? 0);
  const builtin = builtinByCode.get(number);
  if (builtin === undefined)
    throw new LitepredError(
      "unsupported-operator",
      `operator ${index} is builtin number ${number}, which is not known`,
    );
  const operator = { index, builtin, inputs, outputs, options: builtinOptions };
  if (builtin === "CUSTOM") {
    const name = code.customCode || "without a name";
    throw new LitepredError(
      "unsupported-operator",
      `operator ${index} is the custom operator ${name.slice(0, 200)}`,
      "",
      {
        operator: name.slice(0, 200),
      },
    );
  }
  for (const tensor of [...inputs.filter((input) => input !== -1), ...outputs])
    if (graph.tensors?.[tensor] === undefined)
      throw invalid(`operator ${index} (${builtin}) names the tensor ${tensor}, which the file does not hold`);
  return operator;
}

function readTensor(model: TfliteModel, graph: TfliteSubgraph, index: number, bytes: Uint8Array): FileTensor {
  const tensor = graph.tensors?.[index];
  if (tensor === undefined) throw invalid(`there is no tensor ${index}`);
  // Names are repeated in those of derived tensors; a hostile one is long.
  const name = tensor.name?.slice(0, 200) ?? "";
  const what = `tensor ${index} "${name}"`;
  const typeName = typeByCode.get(tensor.type ?? 0);
  const type = types[typeName ?? ""];
  if (typeName === undefined) throw invalid(`${what} has no element type (${tensor.type})`);
  if (type === undefined)
    throw new LitepredError("unsupported-operator", `${what} has the element type ${typeName}, which is not supported`);
  const shape = checkedShape(tensor.shape ?? [], what);
  return {
    name,
    shape,
    signature: tensor.shapeSignature?.length === shape.length ? tensor.shapeSignature : shape,
    type,
    scale: scaleOf(tensor, type, what),
    isVariable: tensor.isVariable ?? false,
    data: dataOf(model, tensor, bytes, what),
    isPacked: packed.has(typeName),
  };
}

/** @throws LitepredError for shapes that no tensor has. */
export function checkedShape(shape: readonly number[], what: string): readonly number[] {
  if (shape.length > maxRank) throw new LitepredError("limit-exceeded", `${what} has ${shape.length} axes`);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw invalid(`${what} has the shape [${shape.join(",")}]`);
  if (!(elementCount(shape) <= maxElements))
    throw new LitepredError(
      "limit-exceeded",
      `${what} of shape [${shape.join(",")}] has more than ${maxElements} elements`,
    );
  return shape;
}

function scaleOf({ quantization }: TfliteTensor, type: DataType, what: string): Scale | undefined {
  const scale = quantization?.scale ?? [];
  const isQuantised = type === "int8" || type === "uint8" || type === "int16" || type === "int32";
  if (scale.length === 0 || !isQuantised) return undefined;
  const zeroPoint = quantization?.zeroPoint ?? [];
  if (!scale.every((value) => Number.isFinite(value))) throw invalid(`${what} has a scale that is no number`);
  return { scale, zeroPoint: scale.map((_, i) => zeroPoint[i] ?? 0), axis: quantization?.quantizedDimension ?? 0 };
}

function dataOf(model: TfliteModel, { buffer = 0 }: TfliteTensor, bytes: Uint8Array, what: string) {
  if (buffer === 0) return undefined;
  const stored = model.buffers?.[buffer];
  if (stored === undefined) throw invalid(`${what} names the buffer ${buffer}, which the file does not hold`);
  const { offset = 0, size = 0, data } = stored;
  // Files above 2 GB keep weights behind the flatbuffer; 0 and 1 stand for "not so".
  if (offset > 1 && size > 0) {
    if (offset + size > bytes.length) throw invalid(`the weights of ${what} lie behind the end of the file`);
    return bytes.subarray(offset, offset + size);
  }
  return data !== undefined && data.length > 0 ? data : undefined;
}

/** Values of a small constant as real numbers, in the stored order; undefined for large ones and for text. */
export function constantValues(tensor: FileTensor, what: string): number[] | undefined {
  const { data, shape, type, isPacked, scale } = tensor;
  const width = bytesPerElement(type);
  if (data === undefined || width === undefined) return undefined;
  const count = elementCount(shape);
  if (isPacked) return undefined;
  if (data.length < count * width)
    throw invalid(`${what} declares ${count} elements but stores ${Math.floor(data.length / width)}`);
  if (count > maxKnownElements) return undefined;
  const values = decodeRaw(data, type, count);
  if (scale === undefined) return values;
  const inner = scale.scale.length > 1 ? elementCount(shape.slice(scale.axis + 1)) : 1;
  return values.map((value, i) => {
    const channel = scale.scale.length > 1 ? Math.floor(i / inner) % scale.scale.length : 0;
    return scale.scale[channel]! * (value - scale.zeroPoint[channel]!);
  });
}
