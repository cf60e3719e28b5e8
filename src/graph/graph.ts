/**
 * The model graph as read: immutable data. The operator vocabulary is ONNX's (`Conv`, `Relu`, `LayerNormalization`, …)
 * whatever file it came from; shapes are NCHW where the operator has an image layout. Every tensor has a static shape.
 */
export type DataType =
  | "float32"
  | "float16"
  | "bfloat16"
  | "float64"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "int4"
  | "uint4"
  | "bool"
  | "string";

/** Integers that stand for floats, with one scale for each `block` of them (absent: for a channel, or all). */
export interface Stored {
  readonly type: DataType;
  readonly block?: number;
  /** The model has a node that makes them floats; else its operators take them as they are. */
  readonly byNode?: boolean;
}

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: DataType;
  /** True for weights and everything computed from constants only: it costs nothing at run time. */
  readonly constant: boolean;
  /** Values of a constant where they are known and small (at most 4,096 elements); int64 as number. */
  readonly values?: ArrayLike<number>;
  /** Of a constant of floats that the model keeps as integers: engines may have kernels for these. */
  readonly stored?: Stored;
}

export type AttributeValue = number | string | readonly number[] | readonly string[];

export interface GraphNode {
  /** Unique in the graph. */
  readonly name: string;
  /** ONNX operator name. */
  readonly operator: string;
  /** "" for standard ONNX operators, else e.g. "com.microsoft". */
  readonly domain: string;
  /** Tensor names; "" stands for an omitted optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface Graph {
  readonly name: string;
  readonly opset: number;
  /** In topological order. Nodes whose outputs are all constant have been folded away by the readers. */
  readonly nodes: readonly GraphNode[];
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Run-time inputs (constants are not among them). */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Elements of all tensors of a graph. */
export function footprint(graph: Graph): number {
  let total = 0;
  for (const { shape } of graph.tensors.values()) total += elementCount(shape);
  return total;
}
