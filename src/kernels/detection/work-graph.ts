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

function touch(work: WorkGraph): void {
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
const nobody: readonly WorkNode[] = [];

/** Most values have one reader: an array that starts with it takes a fifth of the memory of one that grows from nothing. */
function addReader(value: WorkValue, node: WorkNode): void {
  if (value.consumers.length === 0) value.consumers = [node];
  else (value.consumers as WorkNode[]).push(node);
}

function attach(
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

function count(work: WorkGraph, operator: string, change: number): void {
  const known = work.counts.get(operator);
  if (known === undefined) work.counts.set(operator, { live: change });
  else known.live += change;
}

/** How many live nodes of an operator there are. */
export const countOf = (work: WorkGraph, operator: string): number => work.counts.get(operator)?.live ?? 0;

export const has = (work: WorkGraph, operator: string): boolean => countOf(work, operator) > 0;

/** A value that no model tensor stands for, e.g. between two nodes that a pass inserts. */
export function newValue(
  work: WorkGraph,
  base: string,
  shape: readonly number[],
  type: DataType = "float32",
): WorkValue {
  let name = base;
  for (let i = 1; work.values.has(name); i++) name = `${base}#${i}`;
  const value: WorkValue = {
    name,
    shape,
    type,
    constant: false,
    values: undefined,
    producer: undefined,
    consumers: nobody,
    isOutput: false,
    blocked: false,
    made: true,
  };
  work.values.set(name, value);
  return value;
}

/** A constant made by a pass. */
export function newConstant(
  work: WorkGraph,
  base: string,
  shape: readonly number[],
  values?: readonly number[],
  type: DataType = "int64",
): WorkValue {
  const value = newValue(work, base, shape, type);
  value.constant = true;
  value.values = values;
  return value;
}

export function addNode(
  work: WorkGraph,
  operator: string,
  domain: string,
  inputs: (WorkValue | undefined)[],
  outputs: WorkValue[],
  attributes: Readonly<Record<string, AttributeValue>>,
  sources: readonly string[],
): WorkNode {
  const name = sources[0] ?? `${operator}:${outputs[0]!.name}`;
  return attach(work, name, operator, domain, inputs, outputs, attributes, sources);
}

function dropConsumer(value: WorkValue, node: WorkNode): void {
  const at = value.consumers.indexOf(node);
  if (at < 0) return;
  if (value.consumers.length === 1) value.consumers = nobody;
  else (value.consumers as WorkNode[]).splice(at, 1);
}

/** Removes a node; its outputs are left without producer. */
export function removeNode(work: WorkGraph, node: WorkNode): void {
  for (const input of node.inputs) if (input !== undefined) dropConsumer(input, node);
  for (const output of node.outputs) if (output.producer === node) output.producer = undefined;
  node.alive = false;
  count(work, node.operator, -1);
  touch(work);
}

export function setInput(work: WorkGraph, node: WorkNode, slot: number, value: WorkValue | undefined): void {
  const old = node.inputs[slot];
  if (old !== undefined) dropConsumer(old, node);
  while (node.inputs.length <= slot) node.inputs.push(undefined);
  node.inputs[slot] = value;
  if (value !== undefined) addReader(value, node);
  touch(work);
}

export function replaceInputs(work: WorkGraph, node: WorkNode, inputs: readonly (WorkValue | undefined)[]): void {
  for (const input of node.inputs) if (input !== undefined) dropConsumer(input, node);
  node.inputs = [...inputs];
  for (const input of inputs) if (input !== undefined) addReader(input, node);
  touch(work);
}

/** Makes `node` the producer of `value` in place of its own output. */
export function setOutput(work: WorkGraph, node: WorkNode, slot: number, value: WorkValue): void {
  const old = node.outputs[slot];
  if (old !== undefined && old.producer === node) old.producer = undefined;
  node.outputs[slot] = value;
  value.producer = node;
  touch(work);
}

export function setOperator(work: WorkGraph, node: WorkNode, operator: string, domain = ""): void {
  count(work, node.operator, -1);
  count(work, operator, 1);
  node.operator = operator;
  node.domain = domain;
  touch(work);
}

/** Lets every reader of `from` read `to` instead. */
export function replaceUses(work: WorkGraph, from: WorkValue, to: WorkValue): void {
  const readers = from.consumers;
  from.consumers = nobody;
  for (const consumer of readers) {
    const slot = consumer.inputs.indexOf(from);
    consumer.inputs[slot] = to;
    addReader(to, consumer);
  }
  touch(work);
}

/** The only reader of a value that is no graph output, or undefined. */
export function soleConsumer(value: WorkValue): WorkNode | undefined {
  return value.consumers.length === 1 && !value.isOutput ? value.consumers[0] : undefined;
}

/**
 * Takes `next`, the only reader of an output of `node`, into it: `node` then makes what `next` made and stands for the
 * nodes of both. `next` is removed.
 */
export function absorb(work: WorkGraph, node: WorkNode, next: WorkNode): void {
  const output = next.outputs[0]!;
  removeNode(work, next);
  setOutput(work, node, 0, output);
  node.sources = [...node.sources, ...next.sources];
}

/**
 * Removes a node that only passes its first input on. False where the graph's interface forbids it: its output is
 * a graph output and its input is no value of a node that could take the output's name.
 */
export function bypass(work: WorkGraph, node: WorkNode): boolean {
  const input = node.inputs[0]!;
  const output = node.outputs[0]!;
  const producer = input.producer;
  if (output.isOutput) {
    if (producer === undefined || input.isOutput || input.consumers.length !== 1) return false;
    removeNode(work, node);
    setOutput(work, producer, producer.outputs.indexOf(input), output);
  } else {
    removeNode(work, node);
    replaceUses(work, output, input);
  }
  if (producer !== undefined) producer.sources = [...producer.sources, ...node.sources];
  return true;
}

/**
 * The nodes that are there now, dead ones included, in order of creation: for passes to which the running order does not
 * matter.
 */
export const nodesOf = (work: WorkGraph): readonly WorkNode[] => work.nodes.slice();

/**
 * Live nodes in the order in which ONNX Runtime's GraphViewer lists them (onnxruntime/core/graph/graph_viewer.cc):
 * depth first from the leaves, of several inputs the one with the highest index first.
 */
export function runningOrder(work: WorkGraph): readonly WorkNode[] {
  if (work.order !== undefined) return work.order;
  const order: WorkNode[] = [];
  const state = new Uint8Array(work.nodes.length);
  const stack: WorkNode[] = [];
  for (const node of work.nodes) {
    if (node.alive && !isRead(node)) stack.push(node);
  }
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    if (state[node.index] !== 0) {
      stack.pop();
      if (state[node.index] === 1) {
        state[node.index] = 2;
        order.push(node);
      }
      continue;
    }
    state[node.index] = 1;
    pushProducers(node, state, stack);
  }
  work.order = order;
  return order;
}

function isRead({ outputs }: WorkNode): boolean {
  for (let i = 0; i < outputs.length; i++) if (outputs[i]!.consumers.length > 0) return true;
  return false;
}

function pushProducers(node: WorkNode, state: Uint8Array, stack: WorkNode[]): void {
  const from = stack.length;
  for (const input of node.inputs) {
    const producer = input?.producer;
    if (producer === undefined || state[producer.index] !== 0) continue;
    let at = stack.length;
    while (at > from && stack[at - 1]!.index > producer.index) at--;
    if (at > from && stack[at - 1] === producer) continue;
    for (let i = stack.length; i > at; i--) stack[i] = stack[i - 1]!;
    stack[at] = producer;
  }
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
