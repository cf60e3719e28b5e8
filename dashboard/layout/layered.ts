/**
 * A plain layered layout whose time grows with the number of boxes and edges alone: ranks by the longest path, a few sweeps that put
 * boxes near the mean of their neighbours, and in each rank the places nearest to those means without overlap. For graphs that the
 * library takes too long for. After Sugiyama, Tagawa and Toda (1981), https://doi.org/10.1109/TSMC.1981.4308636.
 */
import { groupBy } from "../../src/base/index.js";
import { type BoxGraph, gaps, type Layout, type Point } from "./types.js";

/** A box, or a bend of an edge that passes a rank. */
interface Item {
  readonly width: number;
  readonly height: number;
  readonly rank: number;
  x: number;
  readonly above: Item[];
  readonly below: Item[];
}

/** Choice: further sweeps change little. */
const sweeps = 4;

export function layOutInLayers({ boxes, edges }: BoxGraph): Layout {
  const onwards = pointedOnwards(boxes, edges);
  const ranks = ranksOf(boxes, onwards);
  const items = new Map(
    boxes.map(({ id, width, height }): [string, Item] => [id, item(ranks.get(id)!, width, height)]),
  );
  const count = boxes.length === 0 ? 0 : 1 + Math.max(...ranks.values());
  const rows: Item[][] = Array.from({ length: count }, () => []);
  const put = (one: Item) => rows[one.rank]!.push(one);
  for (const one of items.values()) put(one);
  const paths = onwards.map(([from, to]) => pathBetween(items.get(from)!, items.get(to)!, put));
  for (const row of rows) place(row, () => 0);
  for (let i = 0; i < sweeps; i++) sweep(rows, i % 2 === 0);
  return drawn(boxes, items, rows, paths);
}

const item = (rank: number, width: number, height: number): Item => ({
  rank,
  width,
  height,
  x: 0,
  above: [],
  below: [],
});

/** Turned round where an edge leads back, so that no circle is left. */
function pointedOnwards(boxes: BoxGraph["boxes"], edges: BoxGraph["edges"]): BoxGraph["edges"] {
  const position = new Map(boxes.map(({ id }, i) => [id, i]));
  return edges.flatMap(([from, to]): BoxGraph["edges"][number][] => {
    const [a, b] = [position.get(from)!, position.get(to)!];
    return a === b ? [] : [a < b ? [from, to] : [to, from]];
  });
}

function ranksOf(boxes: BoxGraph["boxes"], edges: BoxGraph["edges"]): Map<string, number> {
  const readers = groupBy(edges, ([from]) => from);
  const ranks = new Map(boxes.map(({ id }) => [id, 0]));
  for (const { id } of boxes)
    for (const [, to] of readers.get(id) ?? []) ranks.set(to, Math.max(ranks.get(to)!, ranks.get(id)! + 1));
  return ranks;
}

/** From one box to the other, with a bend in each rank between. */
function pathBetween(from: Item, to: Item, put: (one: Item) => void): Item[] {
  const path = [from];
  for (let rank = from.rank + 1; rank < to.rank; rank++) {
    const bend = item(rank, 0, 0);
    put(bend);
    path.push(bend);
  }
  path.push(to);
  for (let i = 1; i < path.length; i++) {
    path[i]!.above.push(path[i - 1]!);
    path[i - 1]!.below.push(path[i]!);
  }
  return path;
}

function sweep(rows: readonly Item[][], isDown: boolean): void {
  for (const row of isDown ? rows : rows.toReversed()) {
    const wanted = (one: Item) => mean(isDown ? one.above : one.below) ?? one.x;
    const means = new Map(row.map((one) => [one, wanted(one)]));
    row.sort((a, b) => means.get(a)! - means.get(b)!);
    place(row, (one) => means.get(one)!);
  }
}

const mean = (items: readonly Item[]) =>
  items.length === 0 ? undefined : items.reduce((sum, { x }) => sum + x, 0) / items.length;

/**
 * As near to where they are wanted as their order and widths allow: with the widths before each taken off, that is a regression under
 * order, solved by pooling neighbours that are in each other's way.
 */
function place(row: readonly Item[], wanted: (one: Item) => number): void {
  const offsets: number[] = [];
  const pools: { sum: number; count: number }[] = [];
  let offset = 0;
  for (const [i, one] of row.entries()) {
    if (i > 0) offset += (row[i - 1]!.width + one.width) / 2 + gaps.beside;
    offsets.push(offset);
    let pool = { sum: wanted(one) - offset, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count >= pool.sum / pool.count; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  }
  let i = 0;
  for (const { sum, count } of pools) for (const end = i + count; i < end; i++) row[i]!.x = sum / count + offsets[i]!;
}

function drawn(
  boxes: BoxGraph["boxes"],
  items: ReadonlyMap<string, Item>,
  rows: readonly (readonly Item[])[],
  paths: readonly (readonly Item[])[],
): Layout {
  const heights = rows.map((row) => row.reduce((most, { height }) => Math.max(most, height), 0));
  const tops: number[] = [];
  let height = 0;
  for (const own of heights) {
    tops.push(height);
    height += own + gaps.below;
  }
  const middle = ({ rank }: Item) => tops[rank]! + heights[rank]! / 2;
  const centre = (one: Item): Point => ({ x: one.x, y: middle(one) });
  const end = (one: Item, side: 1 | -1): Point => ({ x: one.x, y: middle(one) + (side * one.height) / 2 });
  return {
    width: 0,
    height: Math.max(0, height - gaps.below),
    boxes: Object.fromEntries(boxes.map(({ id }) => [id, centre(items.get(id)!)])),
    edges: paths.map((path) => [end(path[0]!, 1), ...path.slice(1, -1).map(centre), end(path.at(-1)!, -1)]),
  };
}
