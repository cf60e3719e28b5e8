/**
 * Dense symmetric positive-definite systems in double precision, row-major, for the few hundred to two thousand unknowns of
 * the closed-form learners. Inner loops are dot products over rows, which is the order that a JavaScript engine runs best.
 */

/** Σ a[ai + k]·b[bi + k] for k < count; four partial sums, so that additions do not wait for each other. */
export function dot(a: Float64Array, ai: number, b: Float64Array, bi: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += a[ai + k]! * b[bi + k]!;
    s1 += a[ai + k + 1]! * b[bi + k + 1]!;
    s2 += a[ai + k + 2]! * b[bi + k + 2]!;
    s3 += a[ai + k + 3]! * b[bi + k + 3]!;
  }
  for (; k < count; k++) s0 += a[ai + k]! * b[bi + k]!;
  return s0 + s1 + (s2 + s3);
}

/** Lower factor L of an n×n matrix A = L·Lᵀ (only A's lower half is read; above the diagonal L is 0), or undefined when A is not positive definite. */
export function cholesky(a: Float64Array, n: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) l[i * n + j] = (a[i * n + j]! - dot(l, i * n, l, j * n, j)) / l[j * n + j]!;
    const pivot = a[i * n + i]! - dot(l, i * n, l, i * n, i);
    if (!(pivot > 0)) return undefined;
    l[i * n + i] = Math.sqrt(pivot);
  }
  return l;
}

/** Solves L·x = b in place. */
export function solveLower(l: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) b[i] = (b[i]! - dot(l, i * n, b, 0, i)) / l[i * n + i]!;
  return b;
}

/** Solves Lᵀ·x = b in place. */
export function solveLowerTransposed(l: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = n - 1; i >= 0; i--) {
    const x = b[i]! / l[i * n + i]!;
    b[i] = x;
    for (let j = 0; j < i; j++) b[j] = b[j]! - x * l[i * n + j]!;
  }
  return b;
}

/** Solves A·x = b for A = L·Lᵀ; a new array. */
export function solveCholesky(l: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  return solveLowerTransposed(l, n, solveLower(l, n, Float64Array.from(b)));
}

/** A⁻¹ of A = L·Lᵀ: both halves are filled. */
export function inverseFromCholesky(l: Float64Array, n: number): Float64Array {
  const u = inverseTransposedLower(l, n);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = dot(u, i * n + i, u, j * n + i, n - i);
      inverse[i * n + j] = value;
      inverse[j * n + i] = value;
    }
  }
  return inverse;
}

/** L⁻ᵀ, upper triangular: row j holds column j of L⁻¹. */
function inverseTransposedLower(l: Float64Array, n: number): Float64Array {
  const u = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    u[j * n + j] = 1 / l[j * n + j]!;
    for (let i = j + 1; i < n; i++) u[j * n + i] = -dot(l, i * n + j, u, j * n + j, i - j) / l[i * n + i]!;
  }
  return u;
}
