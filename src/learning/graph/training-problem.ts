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
 * Trained parameters are kept flat, [1, 1, 1, n]: all rows (biases) in one tensor and all small matrices in another, so that one pass
 * of Adam does for each; larger ones have one each. What is frozen keeps its shape. Fed as `name`, and for those that are
 * trained `name/m`, `name/v`; what is trained comes back under `out/…`.
 */
export interface StateTensor {
  readonly name: string;
  readonly shape: Shape;
  /** Names of the parameters that it holds, in order. */
  readonly members: readonly string[];
  readonly trained: boolean;
  /** Whether its members are biases, which do not decay. */
  readonly rows: boolean;
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

/** An image of one row, as Adam wants it (adam.ts). */
export const flatShape = (size: number): Shape => [1, 1, 1, size];
export const FLAT_AXIS = 3;

/** Up to this many elements, six calls of the engine cost more than copying the parameter into a common tensor. Measured. */
const SMALL = 8192;

const isRow = (shape: Shape): boolean => shape.length === 2 && shape[0] === 1;

export function arrangeState(parameters: TrainingProblem["parameters"]): StateTensor[] {
  const trained = Object.keys(parameters).filter((name) => parameters[name]!.rate !== 0);
  const shapeOf = (name: string) => parameters[name]!.leaf.shape;
  const flat = (name: string, members: readonly string[], rows: boolean): StateTensor => {
    const size = members.reduce((total, member) => total + sizeOf(shapeOf(member)), 0);
    return { name, shape: flatShape(size), members, trained: true, rows };
  };
  const rows = trained.filter((name) => isRow(shapeOf(name)));
  const matrices = trained.filter((name) => !isRow(shapeOf(name)));
  const small = matrices.filter((name) => sizeOf(shapeOf(name)) <= SMALL);
  return [
    ...Object.keys(parameters)
      .filter((name) => !trained.includes(name))
      .map((name) => ({ name, shape: shapeOf(name), members: [name], trained: false, rows: false })),
    ...matrices.filter((name) => !small.includes(name)).map((name) => flat(name, [name], false)),
    ...(small.length > 0 ? [flat("small", small, false)] : []),
    ...(rows.length > 0 ? [flat("rows", rows, true)] : []),
  ];
}
