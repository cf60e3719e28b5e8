/** Matrix products. They work on the last stored axes. */
import { elementCount, identity } from "../../../graph/index.js";
import { optionsOf, unsupported } from "../model.js";
import type { Raising } from "../raising.js";
import { activationOf, fail, input, type OperatorTable, optional, output, type RaiseOperator } from "./common.js";
import { flattenTo } from "./reshape.js";

/** Converters write a bias of zeros where the layer has none. */
function biasOf(r: Raising, index: number | undefined): string | undefined {
  if (index === undefined) return undefined;
  const { data } = r.file.tensor(index);
  const isZero = data !== undefined && r.isConstant(index) && data.every((byte) => byte === 0);
  return isZero ? undefined : r.read(index, identity(1));
}

const fullyConnected: RaiseOperator = (r, op) => {
  const options = optionsOf(op, "FullyConnectedOptions");
  if ((options.weightsFormat ?? 0) !== 0) unsupported(op, "has shuffled weights, which are not supported");
  const x = input(op, 0);
  const weights = input(op, 1);
  const [cout, cin] = r.stored(weights) as [number, number];
  if (r.stored(weights).length !== 2) fail(op, `has weights of ${r.stored(weights).length} axes`);
  const bias = biasOf(r, optional(op, 2));
  const activation = activationOf(r, op, options.fusedActivationFunction);
  const stored = r.stored(x);
  const rank = stored.length;
  const keepsRank = (options.keepNumDims ?? false) && rank > 2;
  if (keepsRank && r.isConstant(weights)) {
    const product = [r.read(x), r.reorder(r.read(weights), [0, 1], [1, 0])];
    if (bias === undefined) r.result(output(op), identity(rank), "MatMul", product, {}, activation);
    else r.result(output(op), identity(rank), "Add", [r.node("MatMul", product), bias], {}, activation);
    return;
  }
  const total = elementCount(stored);
  if (cin === 0 || !Number.isInteger(total / cin)) fail(op, `has ${total} elements and weights for ${cin}`);
  const rows = flattenTo(r, x, [total / cin, cin], r.isConstant(weights));
  const inputs = [rows, r.read(weights), ...(bias === undefined ? [] : [bias])];
  if (!keepsRank) {
    r.result(output(op), identity(2), "Gemm", inputs, { transB: 1 }, activation);
    return;
  }
  const product = r.node("Gemm", inputs, { transB: 1 });
  const shape = [...stored.slice(0, -1), cout];
  r.result(output(op), identity(rank), "Reshape", [product, r.integers(shape)], { allowzero: 1 }, activation);
};

/** The two last axes the other way round. */
function adjoint(r: Raising, name: string, isAdjoint: boolean | undefined): string {
  const rank = r.shapeOf(name).length;
  if (isAdjoint !== true || rank < 2) return name;
  const axes = [...identity(rank - 2), rank - 1, rank - 2];
  return r.reorder(name, identity(rank), axes);
}

const batchMatmul: RaiseOperator = (r, op) => {
  const { adjX, adjY } = optionsOf(op, "BatchMatMulOptions");
  const [a, b] = [input(op, 0), input(op, 1)];
  const rank = Math.max(r.order(a).length, r.order(b).length);
  r.result(output(op), identity(rank), "MatMul", [adjoint(r, r.read(a), adjX), adjoint(r, r.read(b), adjY)]);
};

export const matrices: OperatorTable = { FULLY_CONNECTED: fullyConnected, BATCH_MATMUL: batchMatmul };
