/** Sizes that several kernel types compute alike: windows sliding over images, rounding up to vector widths. */

/** Kernels are float32 wherever nothing else is said: what they move is counted so. */
export const bytesPerNumber = 4;

/** Output size along one axis. `same`: ceil(size / stride); `valid`: only whole windows. At least 1. */
export function windowOutput(size: number, kernel: number, stride: number, dilation: number, padding: string): number {
  if (padding === "same") return Math.ceil(size / stride);
  return Math.max(1, Math.floor((size - (kernel - 1) * dilation - 1) / stride) + 1);
}

/** Log of how much larger `size` becomes when rounded up to a multiple of `unit`: work done in vain by vectors of that width. */
export const roundUpLog = (size: number, unit: number): number => Math.log((Math.ceil(size / unit) * unit) / size);

/** 1 where it holds, else 0. */
export const flag = (condition: boolean): number => (condition ? 1 : 0);

/** Natural log of 1 + size: 0 for empty. */
export const logSize = (size: number): number => Math.log(1 + size);

/** The divisor of `size` nearest to `wanted`; the smaller one on a tie. */
export function nearestDivisor(size: number, wanted: number): number {
  let best = 1;
  for (let low = 1; low * low <= size; low++) {
    if (size % low !== 0) continue;
    for (const divisor of [low, size / low]) {
      const gain = Math.abs(best - wanted) - Math.abs(divisor - wanted);
      if (gain > 0 || (gain === 0 && divisor < best)) best = divisor;
    }
  }
  return best;
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Bytes after which the sets of a first-level cache repeat, and of a line: 64 sets of 64 bytes, on x86 and most ARM cores. */
const wayBytes = 4096;
const lineBytes = 64;

/**
 * Log of how many of `count` places, `stride` numbers apart, share a set of the first-level cache. Where they are more than it has ways (8
 * to 12) each evicts the others before its line is used up: 196 rows of 192 numbers are transposed ten times as slowly as 192 of 196 (Xeon).
 */
export function crowding(count: number, stride: number): number {
  const apart = Math.max(lineBytes, greatestCommonDivisor(stride * bytesPerNumber, wayBytes));
  return Math.log(Math.max(1, (count * apart) / wayBytes));
}
