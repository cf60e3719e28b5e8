/** Windows of maxima and means, and reductions over whole axes. */
import { nhwc, samePermutation } from "../../../graph/index.js";
import { optionsOf } from "../model.js";
import {
  activationOf,
  axisOf,
  fail,
  input,
  type OperatorTable,
  output,
  type RaiseOperator,
  windowOf,
  withoutAxes,
} from "./common.js";

const pool =
  (operator: "MaxPool" | "AveragePool" | "LpPool"): RaiseOperator =>
  (r, op) => {
    const options = optionsOf(op, "Pool2DOptions");
    const x = r.read(input(op, 0), nhwc);
    const kernel = [options.filterHeight ?? 0, options.filterWidth ?? 0];
    const { dilations: _one, ...window } = windowOf(op, options, r.shapeOf(x).slice(2), kernel);
    r.result(output(op), nhwc, operator, [x], window, activationOf(r, op, options.fusedActivationFunction));
  };

const reduce =
  (operator: string): RaiseOperator =>
  (r, op) => {
    const rank = r.order(input(op, 0)).length;
    const gone = [...new Set(r.numbers(input(op, 1)).map((axis) => axisOf(op, axis, rank)))];
    const { keepDims = false } = optionsOf(op, "ReducerOptions");
    // Statistics of rows: what is normalised by them is a matrix, whatever the image it came from.
    if (keepDims && gone.length === 1 && gone[0] === rank - 1) r.settle(input(op, 0));
    const { name, perm } = r.value(input(op, 0));
    const axes = gone.map((axis) => perm[axis]!).sort((a, b) => a - b);
    const isGlobal = operator === "ReduceMean" && rank === 4 && keepDims && samePermutation(axes, [2, 3]);
    if (isGlobal) r.result(output(op), perm, "GlobalAveragePool", [name]);
    else
      r.result(output(op), keepDims ? perm : withoutAxes(perm, gone), operator, [name, r.integers(axes)], {
        keepdims: keepDims ? 1 : 0,
        noop_with_empty_axes: 1,
      });
  };

const arg =
  (operator: "ArgMax" | "ArgMin"): RaiseOperator =>
  (r, op) => {
    const { name, perm } = r.value(input(op, 0));
    const axis = axisOf(op, r.numbers(input(op, 1))[0], perm.length);
    r.result(output(op), withoutAxes(perm, [axis]), operator, [name], { axis: perm[axis]!, keepdims: 0 });
  };

const topK: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const count = r.numbers(input(op, 1));
  const axis = perm.at(-1) ?? fail(op, "reads a scalar");
  const results = [output(op, 0), output(op, 1)];
  r.results(results, [perm, perm], "TopK", [name, r.integers(count.slice(0, 1))], { axis });
};

const cumsum: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const axis = axisOf(op, r.numbers(input(op, 1))[0], perm.length);
  const { exclusive = false, reverse = false } = optionsOf(op, "CumsumOptions");
  const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
  r.result(output(op), perm, "CumSum", [name, r.constant([], [perm[axis]!], "int64")], attributes);
};

export const pools: OperatorTable = {
  MAX_POOL_2D: pool("MaxPool"),
  AVERAGE_POOL_2D: pool("AveragePool"),
  L2_POOL_2D: pool("LpPool"),
  MEAN: reduce("ReduceMean"),
  SUM: reduce("ReduceSum"),
  REDUCE_MAX: reduce("ReduceMax"),
  REDUCE_MIN: reduce("ReduceMin"),
  REDUCE_PROD: reduce("ReduceProd"),
  REDUCE_ANY: reduce("ReduceMax"),
  REDUCE_ALL: reduce("ReduceMin"),
  ARG_MAX: arg("ArgMax"),
  ARG_MIN: arg("ArgMin"),
  TOPK_V2: topK,
  CUMSUM: cumsum,
};
