/** What if a layer were another one: its width, kernel size, stride or activation changed in the graph, and what follows from that. */
import type { Graph, GraphNode } from "../graph/index.js";
import { Draft, refuse } from "./draft.js";
import { setWidth } from "./width.js";

export interface Edit {
  /** Of the layer: a Conv, Gemm or MatMul. */
  readonly node: string;
  readonly what: "width" | "kernel" | "stride" | "activation";
  readonly to: number | string;
}

export const editableActivations = ["none", "relu", "relu6", "swish", "hswish", "sigmoid", "gelu"] as const;

/** What can be changed about a layer, and what it is now; undefined for a node that is no layer. */
export interface Layer {
  readonly node: string;
  readonly width: number;
  /** Of convolutions. */
  readonly kernel?: number;
  readonly stride?: number;
}

/** The layer among the nodes of a kernel. */
export function layerOf(graph: Graph, nodes: readonly string[]): Layer | undefined {
  const node = graph.nodes.find(
    ({ name, operator, inputs }) =>
      nodes.includes(name) && layers.includes(operator) && graph.tensors.get(inputs[1]!)?.constant === true,
  );
  if (node === undefined) return undefined;
  const { shape } = graph.tensors.get(node.outputs[0]!)!;
  if (node.operator !== "Conv") return { node: node.name, width: shape.at(-1)! };
  const kernel = graph.tensors.get(node.inputs[1]!)!.shape.slice(2);
  const stride = (node.attributes.strides as readonly number[] | undefined) ?? [1, 1];
  const square = (sizes: readonly number[]) => (sizes.every((size) => size === sizes[0]) ? sizes[0] : undefined);
  const [k, s] = [square(kernel), square(stride)];
  return {
    node: node.name,
    width: shape[1]!,
    ...(k !== undefined && { kernel: k }),
    ...(s !== undefined && { stride: s }),
  };
}

const layers: readonly string[] = ["Conv", "Gemm", "MatMul"];

/** @throws LitepredError `bad-usage` with the reason where the change is not possible. */
export function editGraph(graph: Graph, edits: readonly Edit[]): Graph {
  return edits.reduce((changed, edit) => {
    const draft = new Draft(changed);
    const node = draft.node(edit.node);
    if (!layers.includes(node.operator)) refuse(`"${edit.node}" (${node.operator}) is no layer with weights`);
    apply(draft, node, edit);
    return draft.finish();
  }, graph);
}

function apply(draft: Draft, node: GraphNode, { what, to }: Edit): void {
  if (what === "activation") {
    setActivation(draft, node, String(to));
    return;
  }
  const value = Number(to);
  if (!Number.isInteger(value) || value < 1) refuse(`${what} ${to} is no size`);
  if (what === "width") setWidth(draft, node, value);
  else if (node.operator !== "Conv") refuse(`only convolutions have a ${what}`);
  else if (what === "kernel") setKernel(draft, node, value);
  else
    draft.setAttributes(node.name, {
      strides: draft
        .tensor(node.inputs[1]!)
        .shape.slice(2)
        .map(() => value),
    });
}

/** Padding grows along, so that the output keeps its size. */
function setKernel(draft: Draft, node: GraphNode, size: number): void {
  const weight = node.inputs[1]!;
  const before = draft.tensor(weight).shape.slice(2);
  const dilations = (node.attributes.dilations as readonly number[] | undefined) ?? before.map(() => 1);
  const pads = (node.attributes.pads as readonly number[] | undefined) ?? [...before, ...before].map(() => 0);
  const grown = before.map((old, axis) => (size - old) * dilations[axis]!);
  const begin = grown.map((more, axis) => pads[axis]! + Math.floor(more / 2));
  const end = grown.map((more, axis) => pads[axis + before.length]! + Math.ceil(more / 2));
  for (const axis of before.keys()) draft.resize(weight, axis + 2, size);
  draft.setAttributes(node.name, {
    kernel_shape: before.map(() => size),
    pads: [...begin, ...end].map((pad) => Math.max(0, pad)),
  });
}

const activations: readonly string[] = [
  "Relu",
  "Clip",
  "HardSwish",
  "Sigmoid",
  "LeakyRelu",
  "Elu",
  "Selu",
  "Tanh",
  "Gelu",
  "Mish",
  "Softplus",
  "HardSigmoid",
];

/** The old activation behind the layer (and its batch norm) is taken away, and the new one put in its place. */
function setActivation(draft: Draft, node: GraphNode, name: string): void {
  let end = node.outputs[0]!;
  const [follower] = draft.consumers(end);
  if (follower !== undefined && ["BatchNormalization", "Add"].includes(follower.operator) && isBias(draft, follower))
    end = follower.outputs[0]!;
  const old = activationBehind(draft, end);
  const out = old?.output ?? end;
  const from = old === undefined ? detach(draft, end) : end;
  for (const dead of old?.nodes ?? []) draft.replace(dead.name);
  const after = draft.nodes.findIndex(({ outputs }) => outputs.includes(from));
  draft.nodes = draft.nodes.toSpliced(after + 1, 0, ...activationNodes(draft, name, from, out));
}

const isBias = (draft: Draft, { inputs, operator }: GraphNode) =>
  operator === "BatchNormalization" || inputs.some((input) => draft.tensor(input).constant);

/** One node, or a sigmoid and the product with it. */
function activationBehind(draft: Draft, tensor: string): { nodes: GraphNode[]; output: string } | undefined {
  const readers = draft.consumers(tensor);
  const gate = readers.find(({ operator }) => operator === "Sigmoid" || operator === "HardSigmoid");
  const product = readers.find(
    ({ operator, inputs }) => operator === "Mul" && gate !== undefined && inputs.includes(gate.outputs[0]!),
  );
  if (gate !== undefined && product !== undefined && readers.length === 2)
    return { nodes: [gate, product], output: product.outputs[0]! };
  const [only] = readers;
  if (readers.length === 1 && only !== undefined && activations.includes(only.operator))
    return { nodes: [only], output: only.outputs[0]! };
  return undefined;
}

/** The tensor's maker makes another one instead, so that something can be put in between; the readers keep its name. */
function detach(draft: Draft, tensor: string): string {
  const maker = draft.producer(tensor)!;
  const name = draft.fresh();
  draft.update(maker.name, { outputs: maker.outputs.map((output) => (output === tensor ? name : output)) });
  return name;
}

function activationNodes(draft: Draft, name: string, from: string, to: string): GraphNode[] {
  const node = (operator: string, inputs: string[], output: string): GraphNode => ({
    name: draft.fresh() + operator,
    operator,
    domain: "",
    inputs,
    outputs: [output],
    attributes: {},
  });
  switch (name) {
    case "none":
      return [node("Identity", [from], to)];
    case "relu":
      return [node("Relu", [from], to)];
    case "relu6": {
      const bound = (value: number) => draft.constant({ shape: [], type: "float32", values: [value] });
      return [node("Clip", [from, bound(0), bound(6)], to)];
    }
    case "hswish":
      return [node("HardSwish", [from], to)];
    case "sigmoid":
      return [node("Sigmoid", [from], to)];
    case "gelu":
      return [node("Gelu", [from], to)];
    case "swish": {
      const gate = `${draft.fresh()}-gate`;
      return [node("Sigmoid", [from], gate), node("Mul", [from, gate], to)];
    }
    default:
      return refuse(`there is no activation "${name}"`);
  }
}
