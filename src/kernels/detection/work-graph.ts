/**
 * The graph that fusion passes edit: nodes and values linked both ways, built from the immutable Graph and thrown away
 * after detection. Decides nothing. Every node remembers which nodes of the model it stands for (`sources`).
 */
import type { AttributeValue, DataType, Graph, Stored, Tensor } from "../../graph/index.js";

export interface WorkValue {
  readonly name: string;
  shape: readonly number[];
  type: DataType;
  constant: boolean;
  values: ArrayLike<number> | undefined;
  /** Of a constant of floats: the integers that the model keeps it as. */
  readonly stored?: Stored | undefined;
  producer: WorkNode | undefined;
  /** One entry per input slot that reads the value. */
  consumers: readonly WorkNode[];
  /** True for an output of the whole graph. */
  isOutput: boolean;
  /** In the engine's layout of channel blocks; `shape` stays that of NCHW. */
  blocked: boolean;
  /** Made by a pass, not in the model. */
  readonly made: boolean;
}

export interface WorkNode {
  /** Order of creation; decides ties in the running order, as node indices do in ONNX Runtime. */
  readonly index: number;
  readonly name: string;
  operator: string;
  /** "" for plain operators, "nchwc" for those in blocked layout, else the name of a set of the engine's own operators. */
  domain: string;
  inputs: (WorkValue | undefined)[];
  outputs: WorkValue[];
  attributes: Readonly<Record<string, AttributeValue>>;
  /** Activation fused into the node, as an ONNX operator name. */
  activation: string | undefined;
  /** Names of the model's nodes that it stands for. */
  sources: readonly string[];
  alive: boolean;
}

export interface WorkGraph {
  readonly opset: number;
  /** Every node ever made, dead ones included, by index. */
  readonly nodes: WorkNode[];
  readonly values: Map<string, WorkValue>;
  /** How many live nodes of each operator there are: passes without work to do return at once. */
  readonly counts: Map<string, { live: number }>;
  /** Running order, made when asked for and dropped when nodes or edges change. */
  order: readonly WorkNode[] | undefined;
  /** Grows with every change: a pass that found nothing to do need not look again at the same version. */
  version: number;
}

export function touch(work: WorkGraph): void {
  work.order = undefined;
  work.version++;
}

export function createWorkGraph(graph: Graph): WorkGraph {
  const work: WorkGraph = {
    opset: graph.opset,
    nodes: [],
    values: new Map(),
    counts: new Map(),
    order: undefined,
    version: 0,
  };
  const valueNamed = (name: string): WorkValue => {
    const known = work.values.get(name);
    if (known !== undefined) return known;
    const value = fromTensor(name, graph.tensors.get(name));
    work.values.set(name, value);
    return value;
  };
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : valueNamed(name)));
    const named = node.outputs.includes("") ? node.outputs.filter((name) => name !== "") : node.outputs;
    const outputs = named.map(valueNamed);
    attach(work, node.name, node.operator, node.domain, inputs, outputs, node.attributes, [node.name]);
  }
  for (const name of graph.outputs) valueNamed(name).isOutput = true;
  return work;
}

function fromTensor(name: string, tensor: Tensor | undefined): WorkValue {
  return {
    name,
    shape: tensor?.shape ?? [],
    type: tensor?.type ?? "float32",
    constant: tensor?.constant ?? false,
    values: tensor?.values,
    stored: tensor?.stored,
    producer: undefined,
    consumers: nobody,
    isOutput: false,
    blocked: false,
    made: false,
  };
}

/** Shared by all values without readers. */
export const nobody: readonly WorkNode[] = [];

/** Most values have one reader: an array that starts with it takes a fifth of the memory of one that grows from nothing. */
export function addReader(value: WorkValue, node: WorkNode): void {
  if (value.consumers.length === 0) value.consumers = [node];
  else (value.consumers as WorkNode[]).push(node);
}

export function attach(
  work: WorkGraph,
  name: string,
  operator: string,
  domain: string,
  inputs: (WorkValue | undefined)[],
  outputs: WorkValue[],
  attributes: Readonly<Record<string, AttributeValue>>,
  sources: readonly string[],
): WorkNode {
  const index = work.nodes.length;
  const node: WorkNode = {
    index,
    name,
    operator,
    domain,
    inputs,
    outputs,
    attributes,
    activation: undefined,
    sources,
    alive: true,
  };
  work.nodes.push(node);
  for (const input of inputs) if (input !== undefined) addReader(input, node);
  for (const output of outputs) output.producer = node;
  count(work, operator, 1);
  touch(work);
  return node;
}

export function count(work: WorkGraph, operator: string, change: number): void {
  const known = work.counts.get(operator);
  if (known === undefined) work.counts.set(operator, { live: change });
  else known.live += change;
}

/** How many live nodes of an operator there are. */
export const countOf = (work: WorkGraph, operator: string): number => work.counts.get(operator)?.live ?? 0;

export const has = (work: WorkGraph, operator: string): boolean => countOf(work, operator) > 0;

/** The only reader of a value that is no graph output, or undefined. */
export function soleConsumer(value: WorkValue): WorkNode | undefined {
  return value.consumers.length === 1 && !value.isOutput ? value.consumers[0] : undefined;
}

/** An integer attribute. */
export function intAttribute(node: WorkNode, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === "number" ? value : fallback;
}

/** A list of integers that is an attribute in older opsets and an input in newer ones. */
export function intsOf(node: WorkNode, attribute: string, slot: number): readonly number[] | undefined {
  const value = node.attributes[attribute];
  if (Array.isArray(value)) return value as readonly number[];
  const values = node.inputs[slot]?.values;
  return values === undefined ? undefined : Array.from(values, Number);
}

/** The single number of a constant of one element, or undefined. */
export function scalarOf(value: WorkValue | undefined): number | undefined {
  if (value === undefined || !value.constant || value.values === undefined || value.values.length !== 1)
    return undefined;
  return value.values[0];
}
