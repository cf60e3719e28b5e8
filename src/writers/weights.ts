/**
 * Values for weights that have none: seeded, of a scale that keeps activations near 1 through deep networks, so that no NaN, infinity or
 * denormal slows an engine down; variances positive. With the same scale everywhere (He) activations doubled at every sum: in an
 * AttentiveNAS network they reached 10⁴, their sigmoids underflowed, and each of ncnn's swishes took ten times as long on a Xeon.
 */
import { createRandom } from "../base/index.js";
import { elementCount, type Graph, type GraphNode, type Tensor } from "../graph/index.js";

/** Of int8 weights: see quantize.ts. */
export const largestWeight = 63;

/** Uniform on [low, high). */
interface Range {
  readonly low: number;
  readonly high: number;
}

const symmetric = (bound: number): Range => ({ low: -bound, high: bound });

/** Numbers are drawn once and reused from random places: drawing each of 25 million weights would take seconds. */
const poolSize = 1 << 16;

export interface WeightSource {
  /** Fills `out`, a weight of that name in that range, with values. The same name gives the same values. */
  fill(name: string, range: Range, out: Float32Array | Int8Array | Uint8Array | Int32Array): void;
}

export function createWeightSource(seed: number): WeightSource {
  const random = createRandom(seed);
  const pool = Float32Array.from({ length: poolSize }, () => random.next());
  return {
    fill(name, { low, high }, out) {
      const stretch = out.length < poolSize ? undefined : pool.map((value) => low + (high - low) * value);
      let at = createRandom(`${seed}/${name}`).integer(poolSize);
      for (let from = 0; from < out.length; ) {
        const count = Math.min(poolSize - at, out.length - from);
        if (stretch) out.set(stretch.subarray(at, at + count), from);
        else for (let i = 0; i < count; i++) out[from + i] = low + (high - low) * pool[at + i]!;
        from += count;
        // A stride other than the pool's length, so that rows of a matrix do not repeat.
        at = ((from - 1) * 7919) & (poolSize - 1);
      }
    },
  };
}

/** What role a constant plays: its first reader, the place among that node's inputs, and what its products are made for. */
export interface Reader {
  readonly node: GraphNode;
  readonly index: number;
  /** Of the weights times their fan-in, so that what comes after the node is about as large as what came before. Found when it is asked for. */
  variance(): number;
}

/** Operators that lose about half of the square of what they are given: weights before them have twice the variance (He et al. 2015). */
const activations: ReadonlySet<string> = new Set([
  "Relu",
  "LeakyRelu",
  "PRelu",
  "Clip",
  "Elu",
  "Sigmoid",
  "HardSigmoid",
  "HardSwish",
  "Swish",
  "Gelu",
  "Mish",
]);
/** Of a branch that is added to what it came from: twenty of them in a row make activations 2.6 times as large. Choice. */
const branchVariance = 0.1;

export function readersOf(graph: Graph): ReadonlyMap<string, Reader> {
  const first = new Map<string, { node: GraphNode; index: number }>();
  for (const node of graph.nodes)
    for (const [index, name] of node.inputs.entries()) if (!first.has(name)) first.set(name, { node, index });
  const isConstant = (name: string) => graph.tensors.get(name)?.constant ?? false;
  const next = ({ outputs }: GraphNode) => (outputs[0] === undefined ? undefined : first.get(outputs[0])?.node);
  const varianceAfter = (product: GraphNode): number => {
    let node = next(product);
    const isPassed = ({ operator, inputs }: GraphNode) =>
      operator === "BatchNormalization" || (operator === "Add" && inputs.some(isConstant));
    while (node !== undefined && isPassed(node)) node = next(node);
    if (node === undefined) return 1;
    if (node.operator === "Add") return branchVariance;
    return activations.has(node.operator) ? 2 : 1;
  };
  return new Map([...first].map(([name, reader]) => [name, { ...reader, variance: () => varianceAfter(reader.node) }]));
}

/** A sensible range for a float weight in this role. */
export function weightRange(tensor: Tensor, reader: Reader | undefined): Range {
  const { shape } = tensor;
  const scaled = (fanIn: number) => symmetric(Math.sqrt((3 * (reader?.variance() ?? 1)) / Math.max(1, fanIn)));
  switch (reader?.node.operator) {
    case "Conv":
      return reader.index === 1 ? scaled(elementCount(shape.slice(1))) : symmetric(0.05);
    case "ConvTranspose":
      return reader.index === 1 ? scaled(shape[0]! * elementCount(shape.slice(2))) : symmetric(0.05);
    case "Gemm":
      return reader.index === 1 ? scaled(shape[reader.node.attributes.transB === 1 ? 1 : 0]!) : symmetric(0.05);
    case "MatMul":
      return scaled(shape.at(reader.index === 1 ? -2 : -1) ?? 1);
    case "Mul":
    case "Div":
    case "Pow":
      return { low: 0.8, high: 1.2 };
    default:
      return isScale(reader) ? { low: 0.9, high: 1.1 } : symmetric(0.05);
  }
}

/** Scales of normalisations and the variance of batch norm: positive. */
function isScale(reader: Reader | undefined): boolean {
  if (reader === undefined) return false;
  const { operator } = reader.node;
  if (operator === "BatchNormalization") return reader.index === 1 || reader.index === 4;
  return operator.endsWith("Normalization") ? reader.index === 1 : operator === "PRelu";
}
