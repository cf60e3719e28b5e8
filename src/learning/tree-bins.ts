import type { Matrix } from "./learner.js";

/** At most this many bins a column, so that a bin number fits a byte. */
export const BINS = 256;

/** Columns cut into bins of about equally many rows; where a column has few distinct values, each has its own bin. */
export interface BinnedColumns {
  readonly rows: number;
  /** By column: the highest value that belongs to each bin but the last, rising. */
  readonly edges: readonly Float64Array[];
  /** Column by column: the bin of each row. */
  readonly bins: readonly Uint8Array[];
}

export function binColumns({ rows, columns, values }: Matrix): BinnedColumns {
  const edges: Float64Array[] = [];
  const bins: Uint8Array[] = [];
  for (let j = 0; j < columns; j++) {
    const column = Float64Array.from({ length: rows }, (_, i) => values[i * columns + j]!);
    const own = columnEdges(column);
    edges.push(own);
    bins.push(Uint8Array.from(column, (value) => binOf(own, value)));
  }
  return { rows, edges, bins };
}

/** Halfway between neighbours, so that a new value in between falls to the nearer one. */
function columnEdges(column: Float64Array): Float64Array {
  const sorted = Float64Array.from(column).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const source = distinct.length <= BINS ? distinct : quantiles(sorted);
  const edges = new Float64Array(source.length - 1);
  for (let k = 0; k < edges.length; k++) edges[k] = source[k]! + (source[k + 1]! - source[k]!) / 2;
  return edges;
}

function quantiles(sorted: Float64Array): Float64Array {
  const picked = Float64Array.from(
    { length: BINS },
    (_, k) => sorted[Math.floor((k * (sorted.length - 1)) / (BINS - 1))]!,
  );
  return picked.filter((value, i) => i === 0 || value !== picked[i - 1]);
}

/** The first bin whose edge is not below the value. */
function binOf(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
