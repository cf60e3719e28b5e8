/** Matrix products of two-dimensional expressions, all written as ONNX Gemm. */
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
