/** How passes change a work graph: nodes come, go and are rewired, links on both sides kept. */
import type { AttributeValue, DataType } from "../../graph/index.js";

import {
  addReader,
  attach,
  count,
  nobody,
  touch,
  type WorkGraph,
  type WorkNode,
  type WorkValue,
} from "./work-graph.js";

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
