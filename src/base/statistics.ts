/** Plain statistics on arrays of numbers. None mutates its input; all are undefined (NaN) on empty input. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

/** Sample standard deviation (n − 1); 0 for a single value. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length === 1) return 0;
  const centre = mean(values);
  let total = 0;
  for (let i = 0; i < values.length; i++) total += (values[i]! - centre) ** 2;
  return Math.sqrt(total / (values.length - 1));
}

/** Linear interpolation between order statistics (type 7); `q` in 0–1. */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (position - low);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Mean of the middle half; of up to four values, of those that the median is made of. */
export function midmean(values: ArrayLike<number>): number {
  const n = values.length;
  const cut = n < 5 ? Math.floor((n - 1) / 2) : Math.floor(n / 4);
  return mean(
    Array.from(values)
      .sort((a, b) => a - b)
      .slice(cut, n - cut),
  );
}
