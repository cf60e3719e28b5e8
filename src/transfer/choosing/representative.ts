/**
 * Which configs stand for a population: one of each cluster of k-means, so that dense regions get more of them and none is
 * far from one. Medoids are the published choice; a random member of each cluster predicts as well and is as far from the
 * centre as a config usually is, so that errors on the chosen ones tell those on the others (docs/results).
 */
import { createRandom, sum } from "../../base/index.js";
import { selectRows, type Table } from "../process/columns.js";

/** Lloyd steps; more did not change the result. */
const steps = 10;
/** k-means looks at no more rows than this; medoids are still chosen among all. */
const sampleLimit = 3000;

export interface RepresentativeOptions {
  /** Default all rows. */
  readonly allowed?: (row: number) => boolean;
  /** Default "medoid". */
  readonly pick?: ClusterPick;
}

/** Of each cluster: the row nearest to its centre, or a random one. */
export type ClusterPick = "medoid" | "member";

/**
 * Indices of `count` further rows of `table` that, together with the rows `taken`, represent it; no row of `taken`, none
 * twice, and only rows for which `allowed`. Fewer when there are no more. Deterministic for a seed.
 */
export function representativeRows(
  table: Table,
  count: number,
  seed: number,
  taken: readonly number[] = [],
  { allowed = () => true, pick = "medoid" }: RepresentativeOptions = {},
): number[] {
  const used = new Set(taken);
  const free = Array.from({ length: table.rows }, (_, i) => i).filter((i) => !used.has(i) && allowed(i));
  if (count >= free.length) return free;
  if (count <= 0) return [];
  const random = createRandom(seed);
  const sample = selectRows(table, free.length > sampleLimit ? random.shuffle(free).slice(0, sampleLimit) : free);
  const fixed = selectRows(table, taken);
  const centres = lloyd(sample, fixed, spread(sample, fixed, count, random.next));
  return pick === "medoid" ? medoids(table, free, centres) : members(table, free, fixed, centres, random.next);
}

/** The largest configs, as a share of all, and how much of their share in the total latency is drawn by size. Tested on GPUs and phones. */
const largest = 0.05;
const drawnBySize = 0.4;

/**
 * Share of the measurements that is to be drawn by size: a model's time is mostly that of its large kernels, and where a few
 * configs hold most of it, clusters have hardly one of them. 0.02 for alike sizes, 0.25 for GPU matrix products.
 */
export function largeShare(sizes: Float64Array): number {
  const sorted = Float64Array.from(sizes).sort().reverse();
  return (drawnBySize * sum(sorted.subarray(0, Math.ceil(largest * sorted.length)))) / (sum(sorted) || 1);
}

/** Steps of this share around a circle leave it covered evenly, however many there are. */
const goldenShare = (Math.sqrt(5) - 1) / 2;

/**
 * `count` rows, none of `taken` and none twice, each drawn with a probability in proportion to its size, and spread evenly over
 * the sizes. Fewer where no size is left.
 */
export function largeRows(sizes: Float64Array, count: number, seed: number, taken: readonly number[]): number[] {
  const order = Array.from(sizes.keys()).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const used = new Set(taken);
  const left = Float64Array.from(order, (row) => (used.has(row) ? 0 : sizes[row]!));
  const chosen: number[] = [];
  let share = createRandom(`${seed}/large`).next();
  while (chosen.length < count && left.some((size) => size > 0)) {
    const at = drawByWeight(left, share);
    left[at] = 0;
    chosen.push(order[at]!);
    share = (share + goldenShare) % 1;
  }
  return chosen;
}

/** A random row of each cluster, and where clusters are empty random others. Rows nearer to `fixed` belong to no cluster. */
function members(table: Table, free: readonly number[], fixed: Table, centres: Table, next: () => number): number[] {
  const groups = Array.from({ length: centres.rows }, (): number[] => []);
  for (const row of free) {
    const owner = nearestRow(table, row, centres);
    if (!isNearer(table, row, fixed, distance(table, row, centres, owner))) groups[owner]!.push(row);
  }
  const draw = (rows: readonly number[]) => rows[Math.floor(next() * rows.length)]!;
  const chosen = new Set(groups.filter((group) => group.length > 0).map(draw));
  while (chosen.size < centres.rows) chosen.add(draw(free));
  return [...chosen];
}

function isNearer(table: Table, row: number, among: Table, limit: number): boolean {
  return among.rows > 0 && distance(table, row, among, nearestRow(table, row, among)) < limit;
}

/** k-means++ start: rows drawn with probability ∝ squared distance to the nearest centre so far. */
function spread(sample: Table, fixed: Table, count: number, next: () => number): Table {
  const centres: number[] = [];
  const nearest = new Float64Array(sample.rows).fill(Number.POSITIVE_INFINITY);
  const approach = (from: Table, row: number) => {
    for (let i = 0; i < sample.rows; i++) nearest[i] = Math.min(nearest[i]!, distance(sample, i, from, row));
  };
  for (let row = 0; row < fixed.rows; row++) approach(fixed, row);
  while (centres.length < count) {
    const row = drawByWeight(nearest, next());
    centres.push(row);
    approach(sample, row);
  }
  return selectRows(sample, centres);
}

function drawByWeight(weights: Float64Array, share: number): number {
  let total = 0;
  for (const weight of weights) total += weight;
  // Infinite: nothing is chosen yet. Zero: only duplicates are left. Any row is as good as another.
  if (!Number.isFinite(total) || total === 0) return Math.floor(share * weights.length);
  let left = share * total;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return weights.length - 1;
}

function lloyd(sample: Table, fixed: Table, start: Table): Table {
  const d = sample.columns;
  const centres = { ...start, values: Float64Array.from(start.values) };
  for (let step = 0; step < steps; step++) {
    const sums = new Float64Array(centres.rows * d);
    const counts = new Float64Array(centres.rows);
    for (let i = 0; i < sample.rows; i++) {
      const owner = nearestRow(sample, i, centres);
      if (isNearer(sample, i, fixed, distance(sample, i, centres, owner))) continue;
      counts[owner]!++;
      for (let j = 0; j < d; j++) sums[owner * d + j]! += sample.values[i * d + j]!;
    }
    for (let c = 0; c < centres.rows; c++)
      if (counts[c]! > 0) for (let j = 0; j < d; j++) centres.values[c * d + j] = sums[c * d + j]! / counts[c]!;
  }
  return centres;
}

/** For each centre the nearest row that no earlier centre took. */
function medoids(table: Table, free: readonly number[], centres: Table): number[] {
  const left = new Set(free);
  const chosen: number[] = [];
  for (let c = 0; c < centres.rows; c++) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const row of left) {
      const d = distance(table, row, centres, c);
      if (d < least) [best, least] = [row, d];
    }
    left.delete(best);
    chosen.push(best);
  }
  return chosen;
}

function nearestRow(table: Table, row: number, among: Table): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < among.rows; i++) {
    const d = distance(table, row, among, i);
    if (d < least) [best, least] = [i, d];
  }
  return best;
}

function distance(a: Table, i: number, b: Table, j: number): number {
  const d = a.columns;
  let total = 0;
  for (let k = 0; k < d; k++) total += (a.values[i * d + k]! - b.values[j * d + k]!) ** 2;
  return total;
}
