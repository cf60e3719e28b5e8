/** Matrix products: of two-dimensional expressions as ONNX Gemm, of stacks of matrices as MatMul. */
import { invariant } from "../../base/index.js";
import { sumTo } from "./arrangement.js";
import type { Expression } from "./expression.js";

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** A·B + C, with A and B transposed on demand; C is broadcast. */
export function affine(a: Expression, b: Expression, c?: Expression, options: ProductOptions = {}): Expression {
  const { transposeA = false, transposeB = false } = options;
  const [rows, inner] = transposeA ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [depth, columns] = transposeB ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!];
  invariant(a.shape.length === 2 && b.shape.length === 2 && inner === depth, `[${a.shape}] × [${b.shape}]`);
  return {
    shape: [rows, columns],
    inputs: c === undefined ? [a, b] : [a, b, c],
    emit: (writer, values) => writer.node("Gemm", values, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }),
    gradient(g) {
      const byA = transposeA
        ? affine(b, g, undefined, { transposeA: transposeB, transposeB: true })
        : affine(g, b, undefined, { transposeB: !transposeB });
      const byB = transposeB
        ? affine(g, a, undefined, { transposeA: true, transposeB: transposeA })
        : affine(a, g, undefined, { transposeA: !transposeA });
      return c === undefined ? [byA, byB] : [byA, byB, sumTo(g, c.shape)];
    },
  };
}

export const matmul = (a: Expression, b: Expression, options: ProductOptions = {}): Expression =>
  affine(a, b, undefined, options);

/** The last two axes of data in stacks, exchanged; no gradient. */
function transposed(x: Expression): Expression {
  const [stack, rows, columns] = x.shape as [number, number, number];
  return {
    shape: [stack, columns, rows],
    inputs: [x],
    emit: (writer, values) => writer.node("Transpose", values, { perm: [0, 2, 1] }),
  };
}

/** A·B for each of a stack: [n, i, k] × [n, k, j]. `a` is data and gets no gradient. */
export function stackedProduct(a: Expression, b: Expression): Expression {
  const [stack, rows, inner] = a.shape as [number, number, number];
  invariant(b.shape[0] === stack && b.shape[1] === inner, `[${a.shape}] × [${b.shape}]`);
  return {
    shape: [stack, rows, b.shape[2]!],
    inputs: [a, b],
    emit: (writer, values) => writer.node("MatMul", values),
    gradient: (g) => [undefined, stackedProduct(transposed(a), g)],
  };
}
