/**
 * A network as a function from samples of named inputs and named parameters to one number a sample. Parameters are handed in,
 * so that a network can be applied with parameters that are themselves computed, as meta-learning does; what the inputs are
 * (rows, graphs) is the form's own affair.
 */
import type { Random } from "../base/index.js";
import { concat, expand, reshape, slice } from "./graph/arrangement.js";
import { relu } from "./graph/elementwise.js";
import { type Expression, type Shape, sizeOf } from "./graph/expression.js";
import { affine, stackedProduct } from "./graph/linear.js";

export type Expressions = Readonly<Record<string, Expression>>;

export interface NetworkForm {
  /** Shape of each input of one sample, by name. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /** By name; what ends in `.bias` is a row. */
  readonly parameters: Readonly<Record<string, Shape>>;
  /** Length of the row that all samples of a task share; 0: none. */
  readonly embedding: number;
  initial(name: string, random: Random): Float32Array;
  /** [rows, 1]; inputs are [rows, …shape], `embedding` is [1, length]. */
  output(inputs: Expressions, parameters: Expressions, embedding?: Expression): Expression;
}

/** Samples by input name, each row-major [rows, …shape]. */
export interface Samples {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, Float32Array>>;
}

/** The layers before the head: from inputs to [rows, width]. */
interface Trunk {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly parameters: Readonly<Record<string, Shape>>;
  readonly width: number;
  output(inputs: Expressions, parameters: Expressions): Expression;
}

const layerShapes = (name: string, units: number, width: number): Record<string, Shape> => ({
  [`${name}.weight`]: [units, width],
  [`${name}.bias`]: [1, width],
});

const dense = (x: Expression, name: string, p: Expressions): Expression =>
  affine(x, p[`${name}.weight`]!, p[`${name}.bias`]!);

/**
 * Graph convolutions (Kipf and Welling, ICLR 2017): each layer is relu(A·H·W + b); what comes out is the row of the last node, which
 * is to be joined with all others. `nodes` are one-hot rows, `adjacency` says from which nodes each node takes, itself included.
 */
export function graphTrunk(nodes: number, labels: number, hidden: number, layers: number): Trunk {
  const widths = [labels, ...new Array<number>(layers).fill(hidden)];
  return {
    inputs: { nodes: [nodes, labels], adjacency: [nodes, nodes] },
    parameters: Object.assign({}, ...widths.slice(1).map((w, i) => layerShapes(`graph${i}`, widths[i]!, w))),
    width: hidden,
    output({ nodes: x, adjacency }, p) {
      let h = x!;
      for (let i = 0; i < layers; i++) {
        const last = i === layers - 1;
        const taken = last ? slice(adjacency!, 1, nodes - 1, nodes) : adjacency!;
        const [rows, kept] = [h.shape[0]!, taken.shape[1]!];
        const gathered = reshape(stackedProduct(taken, h), [rows * kept, widths[i]!]);
        const out = relu(dense(gathered, `graph${i}`, p));
        h = last ? out : reshape(out, [rows, kept, hidden]);
      }
      return h;
    },
  };
}

export function denseTrunk(columns: number, hidden: number, layers: number): Trunk {
  const widths = [columns, ...new Array<number>(layers).fill(hidden)];
  return {
    inputs: { x: [columns] },
    parameters: Object.assign({}, ...widths.slice(1).map((w, i) => layerShapes(`dense${i}`, widths[i]!, w))),
    width: hidden,
    output: ({ x }, p) => widths.slice(1).reduce((h, _, i) => relu(dense(h, `dense${i}`, p)), x!),
  };
}

export interface HeadOptions {
  /** Layers between trunk and output, each as wide as what comes in. */
  readonly layers: number;
  /** Length of a task's embedding, which two layers bring to the trunk's width; 0: none. */
  readonly embedding: number;
  /** Bound of the uniform start of graph layers; default as PyTorch's Linear. */
  readonly graphBound?: number;
}

/** Parameters of the head are `head0` … and `out`. */
export function createForm(trunk: Trunk, { layers, embedding, graphBound }: HeadOptions): NetworkForm {
  const { width } = trunk;
  const hidden = embedding > 0 ? 2 * width : width;
  const names = Array.from({ length: layers }, (_, i) => `head${i}`);
  const parameters: Record<string, Shape> = {
    ...trunk.parameters,
    ...(embedding > 0 && { ...layerShapes("task0", embedding, width), ...layerShapes("task1", width, width) }),
    ...Object.assign({}, ...names.map((name) => layerShapes(name, hidden, hidden))),
    ...layerShapes("out", hidden, 1),
  };
  return {
    inputs: trunk.inputs,
    parameters,
    embedding,
    initial: (name, random) => initialValues(name, parameters, random, graphBound),
    output(inputs, p, task) {
      const own = trunk.output(inputs, p);
      const joined = task === undefined ? own : concat([own, taskRows(task, p, own.shape[0]!)], 1);
      return dense(
        names.reduce((h, name) => relu(dense(h, name, p)), joined),
        "out",
        p,
      );
    },
  };
}

function taskRows(embedding: Expression, p: Expressions, rows: number): Expression {
  const h = relu(dense(relu(dense(embedding, "task0", p)), "task1", p));
  return expand(h, [rows, h.shape[1]!]);
}

/** Uniform within ±1/√fan-in, as PyTorch's Linear; weights of graph layers within ±`graphBound`. */
function initialValues(
  name: string,
  shapes: Readonly<Record<string, Shape>>,
  random: Random,
  graphBound: number | undefined,
): Float32Array {
  const isGraph = name.startsWith("graph") && name.endsWith(".weight");
  const fanIn = shapes[name.replace(".bias", ".weight")]![0]!;
  const bound = isGraph && graphBound !== undefined ? graphBound : 1 / Math.sqrt(fanIn);
  return Float32Array.from({ length: sizeOf(shapes[name]!) }, () => bound * (2 * random.next() - 1));
}

/** Rows in the given order, of each input. */
export function takeSamples({ inputs }: Samples, form: NetworkForm, rows: ArrayLike<number>): Samples["inputs"] {
  return Object.fromEntries(
    Object.entries(form.inputs).map(([name, shape]) => {
      const size = sizeOf(shape);
      const out = new Float32Array(rows.length * size);
      for (let i = 0; i < rows.length; i++)
        out.set(inputs[name]!.subarray(rows[i]! * size, rows[i]! * size + size), i * size);
      return [name, out];
    }),
  );
}
