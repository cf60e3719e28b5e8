/** What is to be trained, and how its parameters are laid out as the state of a training loop. */
import type { ValueInfoProto } from "../../formats/onnx/index.js";
import type { AdamNames } from "./adam.js";
import { type Expression, type Shape, sizeOf } from "./expression.js";
import { valueInfo } from "./onnx-writer.js";

export interface Parameter {
  readonly leaf: Expression;
  /** Multiplies the learning rate; 0 freezes. */
  readonly rate: number;
}

export interface TrainingProblem {
  /** Leaves that get new values in every step; fed as [steps, …shape]. */
  readonly batches: Readonly<Record<string, Expression>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Scalar. */
  readonly loss: Expression;
  /** The scalar that is reported, default the loss. */
  readonly report?: Expression;
  /** Whether parameters of several rows (not biases) shrink by the fed factors `keep`. */
  readonly decays: boolean;
}

/**
 * Parameters of a single row are kept in one tensor, so that one pass of Adam does for all biases. Others have one each.
 * Fed as `name`, and for those that are trained `name/m`, `name/v`; what is trained comes back under `out/…`.
 */
export interface StateTensor {
  readonly name: string;
  readonly shape: Shape;
  /** Names of the parameters that it holds, in order. */
  readonly members: readonly string[];
  readonly trained: boolean;
}

export const carriedNames = (name: string): AdamNames => ({
  parameter: name,
  momentum: `${name}/m`,
  variance: `${name}/v`,
});

/** Inputs or outputs of a graph that hold this tensor. */
export function stateInfo({ name, shape, trained }: StateTensor, prefix: string): ValueInfoProto[] {
  const { parameter, momentum, variance } = carriedNames(prefix + name);
  return (trained ? [parameter, momentum, variance] : [parameter]).map((each) => valueInfo(each, "float", shape));
}

export const isRow = (shape: Shape): boolean => shape.length === 2 && shape[0] === 1;

export function arrangeState(parameters: TrainingProblem["parameters"]): StateTensor[] {
  const entries = Object.entries(parameters);
  const isPacked = ([, { leaf: x, rate }]: (typeof entries)[number]) => isRow(x.shape) && rate !== 0;
  const rows = entries.filter(isPacked);
  const alone = entries
    .filter((entry) => !isPacked(entry))
    .map(([name, { leaf: x, rate }]) => ({ name, shape: x.shape, members: [name], trained: rate !== 0 }));
  if (rows.length === 0) return alone;
  const size = rows.reduce((total, [, { leaf: x }]) => total + sizeOf(x.shape), 0);
  return [...alone, { name: "rows", shape: [1, size], members: rows.map(([name]) => name), trained: true }];
}
