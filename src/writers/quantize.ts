/**
 * A float graph to int8 in the QDQ form: pairs of QuantizeLinear and DequantizeLinear around the operators that engines
 * run on 8-bit integers, which the engine then fuses. Weights int8, symmetric, one scale per output channel; activations
 * uint8 with one scale; biases int32. Follows what onnxruntime.quantization.quantize_static writes.
 *
 * Scales are made up, as the weights are: latency does not depend on them. But zero points matter: after a ReLU it must be
 * 0, else ONNX Runtime cannot drop the ReLU and the convolution stays in float (measured).
 *
 * Inserted nodes have "#" in their names, after the name of the tensor that they convert.
 */
import { LitepredError } from "../base/index.js";
import type { Graph, GraphNode, Tensor } from "../graph/index.js";
import { largestWeight } from "./weights.js";

/** uint8 = float / scale + zeroPoint. */
interface Quantization {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** About ±4 standard deviations of activations near 1. */
const signed: Quantization = { scale: 8 / 255, zeroPoint: 128 };
const positive: Quantization = { scale: 6 / 255, zeroPoint: 0 };
const unit: Quantization = { scale: 1 / 255, zeroPoint: 0 };
/**
 * Weights use 7 of their 8 bits: on x86 processors without VNNI, ONNX Runtime and OpenVINO add products of bytes in 16 bits, which
 * saturate otherwise (measured on AVX2: up to 37 % off), as onnxruntime.quantization's reduce_range avoids.
 */
const weightScale = 1 / largestWeight;

/** Operators that engines have as 8-bit kernels: which inputs are quantised (all where not given), what the output's range is. */
const computing: Readonly<Record<string, { readonly output?: Quantization }>> = {
  Conv: {},
  ConvTranspose: {},
  MatMul: {},
  Gemm: {},
  Add: {},
  Mul: {},
  Concat: {},
  AveragePool: {},
  GlobalAveragePool: {},
  LeakyRelu: {},
  Sigmoid: { output: unit },
  Softmax: { output: unit },
};

/** Operators that only move elements or pick the largest: run on integers if their input is; same scale in and out. */
const moving: ReadonlySet<string> = new Set([
  "MaxPool",
  "Reshape",
  "Transpose",
  "Flatten",
  "Squeeze",
  "Unsqueeze",
  "Resize",
  "Slice",
  "Split",
  "Pad",
  "Gather",
  "DepthToSpace",
  "SpaceToDepth",
  "Expand",
]);

/** Fused into the operator before them by way of the output's range. */
const clipping: ReadonlySet<string> = new Set(["Relu", "Clip"]);

/**
 * The graph with QDQ pairs. Names of inputs and outputs stay. Operators without 8-bit kernels stay in float, and a graph
 * that has pairs already stays as it is.
 * @throws LitepredError `unsupported-operator` below opset 13, which has no scales per channel.
 */
export function quantizeGraph(graph: Graph): Graph {
  if (graph.nodes.some(({ operator }) => isQuantised(operator))) return graph;
  if (graph.opset < 13)
    throw new LitepredError("unsupported-operator", `${graph.name}: int8 needs opset 13, not ${graph.opset}`);
  const plan = planQuantization(graph);
  const out: Draft = { nodes: [], tensors: new Map(graph.tensors) };
  const renamed = new Map<string, string>();
  for (const name of graph.inputs) {
    const quantization = plan.activations.get(name);
    if (quantization === undefined) continue;
    renamed.set(name, `${name}#float`);
    addPair(out, name, `${name}#float`, graph.tensors.get(name)!, quantization);
  }
  const constants = new Map<string, string>();
  for (const node of graph.nodes) {
    const isQuantized = plan.nodes.has(node.name);
    const inputs = node.inputs.map((name, index) => {
      const tensor = graph.tensors.get(name);
      if (!isQuantized || !tensor?.constant || tensor.type !== "float32") return renamed.get(name) ?? name;
      const key = `${name}|${node.operator}|${index}|${index === 2 ? node.inputs[0] : ""}`;
      if (!constants.has(key))
        constants.set(
          key,
          addQuantized(out, tensor, node, index, constants.size, plan.activations.get(node.inputs[0]!)),
        );
      return constants.get(key)!;
    });
    const outputs = node.outputs.map((name) => (plan.activations.has(name) ? `${name}#raw` : name));
    out.nodes.push({ ...node, inputs, outputs });
    for (const name of node.outputs) {
      const quantization = plan.activations.get(name);
      const tensor = graph.tensors.get(name)!;
      if (quantization === undefined) continue;
      out.tensors.set(`${name}#raw`, { ...tensor, name: `${name}#raw` });
      addPair(out, `${name}#raw`, name, tensor, quantization);
    }
  }
  return { ...graph, nodes: out.nodes, tensors: out.tensors };
}

/** QDQ pairs, operators on integers, and dynamic quantisation. */
const isQuantised = (operator: string) =>
  /^(QLinear|QGemm|QAttention|DynamicQuantize|MatMulNBits)|Integer(ToFloat)?$|^(De)?[Qq]uantizeLinear$/.test(operator);

interface Plan {
  /** Run-time tensors that get a pair. */
  readonly activations: Map<string, Quantization>;
  /** Names of the nodes that work on integers. */
  readonly nodes: Set<string>;
}

function planQuantization(graph: Graph): Plan {
  const plan: Plan = { activations: new Map(), nodes: new Set() };
  const consumers = consumersOf(graph);
  const inFormula = nodesOfGelu(graph, consumers);
  const isFloat = (name: string) => graph.tensors.get(name)?.type === "float32";
  const isRuntime = (name: string) => isFloat(name) && !graph.tensors.get(name)!.constant;
  for (const node of graph.nodes) {
    const x = node.inputs[0] ?? "";
    if (inFormula.has(node.name) || !isFloat(x)) continue;
    if (Object.hasOwn(computing, node.operator)) planComputing(plan, node, isRuntime, consumers, graph.outputs);
    else if (moving.has(node.operator)) planMoving(plan, node, graph.inputs, isRuntime);
    else if (clipping.has(node.operator)) planClipping(plan, node, graph.inputs);
  }
  return plan;
}

function planComputing(
  plan: Plan,
  node: GraphNode,
  isRuntime: (name: string) => boolean,
  consumers: ReadonlyMap<string, readonly GraphNode[]>,
  graphOutputs: readonly string[],
): void {
  plan.nodes.add(node.name);
  for (const name of node.inputs)
    if (isRuntime(name) && !plan.activations.has(name)) plan.activations.set(name, signed);
  const [output] = node.outputs as [string];
  const readers = consumers.get(output) ?? [];
  const isClipped = readers.length === 1 && clipping.has(readers[0]!.operator) && !graphOutputs.includes(output);
  if (isClipped) plan.activations.set(readers[0]!.outputs[0]!, positive);
  else plan.activations.set(output, computing[node.operator]!.output ?? signed);
}

function planMoving(plan: Plan, node: GraphNode, graphInputs: readonly string[], isRuntime: (name: string) => boolean) {
  const [x] = node.inputs as [string];
  if (graphInputs.includes(x) && !plan.activations.has(x)) plan.activations.set(x, signed);
  const quantization = plan.activations.get(x);
  if (quantization === undefined || !isRuntime(x)) return;
  plan.nodes.add(node.name);
  for (const output of node.outputs) plan.activations.set(output, quantization);
}

/** A ReLU that nothing absorbs, on a quantised tensor. */
function planClipping(plan: Plan, node: GraphNode, graphInputs: readonly string[]): void {
  const [x] = node.inputs as [string];
  const [output] = node.outputs as [string];
  if (graphInputs.includes(x) && !plan.activations.has(x)) plan.activations.set(x, signed);
  if (plan.activations.has(x) && !plan.activations.has(output)) plan.activations.set(output, positive);
}

function consumersOf(graph: Graph): Map<string, GraphNode[]> {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes)
    for (const name of node.inputs) {
      const known = consumers.get(name);
      if (known === undefined) consumers.set(name, [node]);
      else known.push(node);
    }
  return consumers;
}

/** The sums and products of x · (1 + erf(x / √2)) / 2, which engines fuse to one float kernel if no pair is in between. */
function nodesOfGelu(graph: Graph, consumers: ReadonlyMap<string, readonly GraphNode[]>): Set<string> {
  const names = new Set<string>();
  for (const erf of graph.nodes) {
    if (erf.operator !== "Erf") continue;
    let reader = consumers.get(erf.outputs[0]!)?.[0];
    for (const expected of ["Add", "Mul", "Mul"]) {
      if (reader?.operator !== expected) break;
      names.add(reader.name);
      reader = consumers.get(reader.outputs[0]!)?.[0];
    }
  }
  return names;
}

/** A graph under construction. */
interface Draft {
  readonly nodes: GraphNode[];
  readonly tensors: Map<string, Tensor>;
}

/** Adds a constant; its name. */
function addConstant(
  { tensors }: Draft,
  name: string,
  shape: readonly number[],
  type: Tensor["type"],
  values?: ArrayLike<number>,
): string {
  tensors.set(name, { name, shape, type, constant: true, values });
  return name;
}

function addNode({ nodes }: Draft, name: string, operator: string, inputs: string[], output: string, attributes = {}) {
  nodes.push({ name, operator, domain: "", inputs, outputs: [output], attributes });
}

/** from → QuantizeLinear → DequantizeLinear → to. */
function addPair(draft: Draft, from: string, to: string, tensor: Tensor, { scale, zeroPoint }: Quantization): void {
  const scaleName = addConstant(draft, `${tensor.name}#scale`, [], "float32", [scale]);
  const zeroName = addConstant(draft, `${tensor.name}#zero`, [], "uint8", [zeroPoint]);
  const quantized = `${tensor.name}#quantized`;
  draft.tensors.set(quantized, { name: quantized, shape: tensor.shape, type: "uint8", constant: false });
  draft.tensors.set(to, { ...tensor, name: to });
  addNode(draft, `${tensor.name}#quantize`, "QuantizeLinear", [from, scaleName, zeroName], quantized);
  addNode(draft, `${tensor.name}#dequantize`, "DequantizeLinear", [quantized, scaleName, zeroName], to);
}

/**
 * A constant in 8 bits (a bias in 32) and the node that brings it back to float; returns that node's output.
 * A bias must have the scale of input times weight: ONNX Runtime leaves the convolution in float otherwise (measured).
 */
function addQuantized(
  draft: Draft,
  tensor: Tensor,
  reader: GraphNode,
  index: number,
  serial: number,
  input = signed,
): string {
  const prefix = `${tensor.name}#${serial}`;
  const axis = channelAxis(reader, index, tensor.shape.length);
  if (axis === undefined) return addOperand(draft, tensor, prefix);
  const isBias = index === 2;
  const count = tensor.shape[axis]!;
  const channels = new Float32Array(count).fill(weightScale * (isBias ? input.scale : 1));
  const type = isBias ? "int32" : "int8";
  const quantized = addConstant(draft, `${prefix}quantized`, tensor.shape, type);
  const scale = addConstant(draft, `${prefix}scale`, [count], "float32", channels);
  const zero = addConstant(draft, `${prefix}zero`, [count], type, new Int32Array(count));
  return addDequantized(draft, tensor, prefix, [quantized, scale, zero], { axis });
}

/** A constant operand of a sum, product or concatenation: one scale, true to its values where they are known. */
function addOperand(draft: Draft, tensor: Tensor, prefix: string): string {
  const values = tensor.values === undefined ? undefined : Array.from(tensor.values);
  const largest = Math.max(1e-6, ...(values ?? [1]).map(Math.abs));
  const scale = largest / 127;
  const whole = values?.map((value) => Math.round(value / scale) + 128);
  const quantized = addConstant(draft, `${prefix}quantized`, tensor.shape, "uint8", whole);
  const scaleName = addConstant(draft, `${prefix}scale`, [], "float32", [scale]);
  const zeroName = addConstant(draft, `${prefix}zero`, [], "uint8", [128]);
  return addDequantized(draft, tensor, prefix, [quantized, scaleName, zeroName]);
}

function addDequantized(draft: Draft, tensor: Tensor, prefix: string, inputs: string[], attributes = {}): string {
  const { shape, constant } = tensor;
  const name = `${prefix}dequantized`;
  const stored = constant ? ({ type: "int8" } as const) : undefined;
  draft.tensors.set(name, { name, shape, type: "float32", constant, stored });
  addNode(draft, name, "DequantizeLinear", inputs, name, attributes);
  return name;
}

/** The axis of output channels of a weight or bias; undefined for operands that have one scale in all. */
function channelAxis(reader: GraphNode, index: number, rank: number): number | undefined {
  if (index === 2 && (reader.operator === "Conv" || reader.operator === "ConvTranspose" || reader.operator === "Gemm"))
    return 0;
  if (index !== 1) return undefined;
  switch (reader.operator) {
    case "Conv":
      return 0;
    case "ConvTranspose":
      return reader.attributes.group === undefined || reader.attributes.group === 1 ? 1 : undefined;
    case "Gemm":
      return reader.attributes.transB === 1 ? 0 : 1;
    case "MatMul":
      return rank === 2 ? 1 : undefined;
    default:
      return undefined;
  }
}
