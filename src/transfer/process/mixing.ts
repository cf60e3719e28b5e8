/** Shares of an ensemble's members, from their errors on rows that they have not seen. */

/** Shares before anything is known: the log-linear law, then the processes alike. Choice. */
const lawShare = 0.2;
/** Mean error that must be gained, relative, to move all of the weight; with few rows more: their errors are noisy. Choice. */
const reluctance = 0.1;
const rowsOfDoubt = 20;
const steps = 10;

/** `errors`: members × rows; the log-linear law first. Shares in steps of 10 % with the least mean |error|; sum 1. */
export function mixingShares(errors: readonly Float64Array[]): number[] {
  const count = errors.length;
  const rows = errors[0]!.length;
  const expected = [lawShare, ...new Array<number>(count - 1).fill((1 - lawShare) / (count - 1))];
  const typical = meanAbsolute(errors, expected);
  const price = typical * reluctance * (1 + rowsOfDoubt / rows);
  let best = expected;
  let least = typical;
  for (const shares of simplex(count, steps)) {
    const moved = shares.reduce((sum, share, m) => sum + Math.abs(share - expected[m]!), 0) / 2;
    const loss = meanAbsolute(errors, shares) + price * moved;
    if (loss < least - 1e-12) [best, least] = [shares, loss];
  }
  return best;
}

/** All shares of `count` members in steps of 1/`steps`. */
function simplex(count: number, left: number): number[][] {
  if (count === 1) return [[left / steps]];
  return Array.from({ length: left + 1 }, (_, first) =>
    simplex(count - 1, left - first).map((rest) => [first / steps, ...rest]),
  ).flat();
}

function meanAbsolute(errors: readonly Float64Array[], shares: readonly number[]): number {
  const rows = errors[0]!.length;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    let error = 0;
    for (let m = 0; m < errors.length; m++) error += shares[m]! * errors[m]![i]!;
    total += Math.abs(error);
  }
  return total / rows;
}
