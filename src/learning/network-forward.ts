/** A network applied to rows: in plain code for a few, as an ONNX model for many. */
import type { ComputeBackend, ComputeSession } from "../base/index.js";
import { add, mul } from "./graph/elementwise.js";
import { expressionModel } from "./graph/emit.js";
import { constant, type Expression, leaf } from "./graph/expression.js";
import { type Activation, type LayerSpec, LEAK } from "./network.js";
import { biasName, networkExpression, weightName } from "./network-expression.js";
import type { ParameterValues } from "./trainer.js";

const activations: Record<Activation, (x: number) => number> = {
  identity: (x) => x,
  relu: (x) => Math.max(x, 0),
  "leaky-relu": (x) => (x > 0 ? x : LEAK * x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/** `x`: rows × columns, standardised. About 1 ns per weight and row. */
export function forwardPlain(
  x: Float32Array,
  rows: number,
  layers: readonly LayerSpec[],
  parameters: ParameterValues,
  prefix = "layer",
): Float32Array {
  let current = x;
  layers.forEach((layer, i) => {
    const weight = parameters[weightName(prefix, i)]!;
    const next = dense(current, rows, weight, parameters[biasName(prefix, i)]!);
    const activation = activations[layer.activation];
    for (let k = 0; k < next.length; k++) next[k] = activation(next[k]!) + (layer.residual ? current[k]! : 0);
    current = next;
  });
  return current;
}

/** Row by row over the inputs: those that are 0 (half of them behind a ReLU) are skipped. */
function dense(x: Float32Array, rows: number, weight: Float32Array, bias: Float32Array): Float32Array {
  const units = bias.length;
  const columns = weight.length / units;
  const out = new Float32Array(rows * units);
  const sums = new Float64Array(units);
  for (let row = 0; row < rows; row++) {
    sums.set(bias);
    for (let c = 0; c < columns; c++) {
      const value = x[row * columns + c]!;
      if (value === 0) continue;
      for (let u = 0, w = c * units; u < units; u++, w++) sums[u] = sums[u]! + value * weight[w]!;
    }
    out.set(sums, row * units);
  }
  return out;
}

/**
 * Weights × rows up to which plain code answers although an engine is there: calling it costs about 50 µs, in which plain code
 * does as many multiplications.
 */
const PLAIN_WORK = 50_000;

export interface Forward {
  /** rows × units of the last layer: the mean of the nets. */
  apply(x: Float32Array, rows: number): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Without a backend everything is computed in plain code: no engine is loaded, and 100 rows of 100,000 weights take 10 ms. */
export function createForward(
  columns: number,
  layers: readonly LayerSpec[],
  nets: readonly ParameterValues[],
  backend?: ComputeBackend,
  prefix = "layer",
): Forward {
  const size = nets.length * weightCount(columns, layers);
  let session: Promise<ComputeSession> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const byEngine = async (x: Float32Array, rows: number, engine: ComputeBackend): Promise<Float32Array> => {
    session ??= createForwardSession(engine, columns, layers, nets, prefix);
    const { y } = await (await session).run({ x: { shape: [rows, columns], values: x } });
    return y!.values as Float32Array;
  };
  return {
    async apply(x, rows) {
      if (rows === 0) return new Float32Array(0);
      if (backend === undefined || size * rows <= PLAIN_WORK) return meanForward(x, rows, layers, nets, prefix);
      // A session takes one run at a time.
      const answer = last.then(() => byEngine(x, rows, backend));
      last = answer.catch(() => {});
      return answer;
    },
    async release() {
      const open = session;
      session = undefined;
      await (await open)?.release();
    },
  };
}

function weightCount(columns: number, layers: readonly LayerSpec[]): number {
  let before = columns;
  return layers.reduce((total, { units }) => {
    const size = (before + 1) * units;
    before = units;
    return total + size;
  }, 0);
}

function meanForward(
  x: Float32Array,
  rows: number,
  layers: readonly LayerSpec[],
  nets: readonly ParameterValues[],
  prefix: string,
): Float32Array {
  const [first, ...others] = nets.map((net) => forwardPlain(x, rows, layers, net, prefix));
  for (const other of others) for (let i = 0; i < other.length; i++) first![i] = first![i]! + other[i]!;
  return others.length === 0 ? first! : first!.map((value) => value / nets.length);
}

/** A session from "x" [rows, columns] to "y" [rows, units of the last layer]: the mean of the nets, weights stored in it. */
function createForwardSession(
  backend: ComputeBackend,
  columns: number,
  layers: readonly LayerSpec[],
  nets: readonly ParameterValues[],
  prefix: string,
): Promise<ComputeSession> {
  const x = leaf([1, columns]);
  const stored = new Map<Expression, Float32Array>();
  const outputs = nets.map((values) => {
    const { output, parameters } = networkExpression(x, layers, prefix);
    for (const [name, parameter] of Object.entries(parameters)) stored.set(parameter.leaf, values[name]!);
    return output;
  });
  const y = mul(outputs.reduce(add), constant(1 / nets.length));
  return backend.createSession(expressionModel({ x: { expression: x, symbolicRows: true } }, { y }, stored));
}
