import type { Matrix } from "./learner.js";

/** min Σ wᵢ (xᵢ·c − yᵢ)² over c ≥ 0 (Lawson–Hanson on the normal equations). One coefficient per column. */
export function nonNegativeLeastSquares(_x: Matrix, _y: ArrayLike<number>, _weights?: ArrayLike<number>): Float64Array {
  throw new Error("internal: not built yet");
}

export interface RidgeFit {
  readonly intercept: number;
  readonly coefficients: Float64Array;
}

/** min Σ wᵢ (a + xᵢ·c − yᵢ)² + penalty · Σ cⱼ²; the intercept is not penalised (and 0 with `intercept: false`). `prior`: shrink towards it instead of 0. */
export function ridgeRegression(
  _x: Matrix,
  _y: ArrayLike<number>,
  _options: { penalty?: number; weights?: ArrayLike<number>; intercept?: boolean; prior?: ArrayLike<number> } = {},
): RidgeFit {
  throw new Error("internal: not built yet");
}
