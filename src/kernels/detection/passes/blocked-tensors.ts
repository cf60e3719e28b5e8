/** The bookkeeping of the conversion to blocked layout: which plain tensor has which blocked one, and how nodes are given one. */
import type { PassRule } from "../rule-schema.js";
import { addNode, newValue, removeNode, setInput, setOutput } from "../work-edits.js";
import type { WorkGraph, WorkNode, WorkValue } from "../work-graph.js";

export type BlockedLayoutRule = Extract<PassRule, { pass: "blocked-layout" }>;

/** A tensor in blocked layout that stands for a plain one of the model. */
export interface Blocked {
  readonly value: WorkValue;
  /** The node that makes it. */
  readonly node: WorkNode;
  /** How often the plain tensor was read, as a graph output once more, when its node was converted. */
  readonly uses: number;
  readonly channels: number;
}

export interface Conversion {
  readonly work: WorkGraph;
  readonly rule: BlockedLayoutRule;
  readonly block: number;
  readonly blocked: Map<WorkValue, Blocked>;
  /** Plain tensors that have been put into blocked layout already. */
  readonly reordered: Map<WorkValue, WorkValue>;
  changed: boolean;
}

function newBlocked(c: Conversion, plain: WorkValue): WorkValue {
  const value = newValue(c.work, `${plain.name}/nchwc`, plain.shape, plain.type);
  value.blocked = true;
  return value;
}

/** Gives the node a blocked output in place of its plain one. */
export function makeBlocked(c: Conversion, node: WorkNode, channels: number): void {
  const plain = node.outputs[0]!;
  const uses = plain.consumers.length + (plain.isOutput ? 1 : 0);
  const value = newBlocked(c, plain);
  setOutput(c.work, node, 0, value);
  c.blocked.set(plain, { value, node, uses, channels });
  c.changed = true;
}

/** Removes a node whose work `into` does from now on. */
export function fuse(c: Conversion, node: WorkNode, into: Blocked): void {
  const plain = node.outputs[0]!;
  const uses = plain.consumers.length + (plain.isOutput ? 1 : 0);
  removeNode(c.work, node);
  into.node.sources = [...into.node.sources, ...node.sources];
  c.blocked.set(plain, { ...into, uses });
  c.changed = true;
}

export function readBlocked(c: Conversion, node: WorkNode): void {
  const plain = node.inputs[0]!;
  const blocked = c.blocked.get(plain);
  setInput(c.work, node, 0, blocked?.value ?? reorderedInput(c, plain));
}

function reorderedInput(c: Conversion, plain: WorkValue): WorkValue {
  const known = c.reordered.get(plain);
  if (known !== undefined) return known;
  const value = newBlocked(c, plain);
  const transpose = plain.producer;
  const fromNhwc =
    transpose?.operator === "Transpose" &&
    isPerm(transpose, "0,3,1,2") &&
    plain.consumers.length === 1 &&
    !plain.isOutput;
  if (fromNhwc) {
    // The conversion takes the channels-last tensor as it is; the last reader is about to leave the transpose.
    addNode(c.work, "ReorderInput", "nchwc", [transpose.inputs[0]], [value], { channels_last: 1 }, transpose.sources);
    removeNode(c.work, transpose);
  } else {
    addNode(c.work, "ReorderInput", "nchwc", [plain], [value], { channels_last: 0 }, []);
  }
  c.reordered.set(plain, value);
  return value;
}

export const isPerm = (node: WorkNode, perm: string) =>
  (node.attributes.perm as readonly number[] | undefined)?.join(",") === perm;

/** Whether a following node can be taken into the convolution that makes the tensor. */
export const takesMore = ({ node, uses }: Blocked) =>
  node.operator === "Conv" && node.domain === "nchwc" && uses === 1 && node.activation === undefined;
