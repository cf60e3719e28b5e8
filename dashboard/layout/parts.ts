/**
 * A long graph is laid out part by part: it is cut at boxes that everything passes through, and the parts are hung below each other.
 * That takes time in proportion to its length, and the recursion of the one that lays parts out stays shallow.
 */
import { type BoxGraph, gaps, type Layout, type Point } from "./types.js";

/** Boxes of a part, at least. Choice: a part this large is laid out in some tens of milliseconds. */
const partSize = 40;

export function layOutInParts(graph: BoxGraph, layOut: (part: BoxGraph) => Layout): Layout {
  const boxes: Record<string, Point> = {};
  const edges: (readonly Point[])[] = [];
  let bottom = Number.NEGATIVE_INFINITY;
  for (const part of partsOf(graph)) {
    const hung = hang(layOut(part), part, boxes[part.boxes[0]!.id], bottom);
    Object.assign(boxes, hung.boxes);
    edges.push(...hung.edges);
    for (const { id, height } of part.boxes) bottom = Math.max(bottom, hung.boxes[id]!.y + height / 2);
  }
  return graph.boxes.length === 0
    ? { width: 2 * margin, height: 2 * margin, boxes, edges }
    : fromZero({ width: 0, height: 0, boxes, edges }, graph);
}

/** The box that it shares with the part above lies where it lies there; the others lie below all of that part. */
function hang(own: Layout, part: BoxGraph, anchor: Point | undefined, bottom: number): Layout {
  const [shared, ...others] = part.boxes;
  const at = own.boxes[shared!.id]!;
  if (anchor === undefined) return own;
  const moved = move(own, anchor.x - at.x, anchor.y - at.y);
  const top = others.reduce((least, { id, height }) => Math.min(least, moved.boxes[id]!.y - height / 2), Infinity);
  const down = Math.max(0, bottom + gaps.below - top);
  if (down === 0) return moved;
  const isShared = ({ x, y }: Point) =>
    Math.abs(x - anchor.x) <= shared!.width / 2 && Math.abs(y - anchor.y) <= shared!.height / 2 + 1;
  const lowered = (point: Point): Point => (isShared(point) ? point : { x: point.x, y: point.y + down });
  return {
    ...moved,
    boxes: Object.fromEntries(
      Object.entries(moved.boxes).map(([id, point]) => [
        id,
        id === shared!.id ? point : { ...point, y: point.y + down },
      ]),
    ),
    edges: moved.edges.map((points) => points.map(lowered)),
  };
}

/** Neighbours share the box at which they were cut. */
export function partsOf({ boxes, edges }: BoxGraph): BoxGraph[] {
  const position = new Map(boxes.map(({ id }, i) => [id, i]));
  const spans = edges.map(([from, to]) => {
    const ends = [position.get(from)!, position.get(to)!];
    return { first: Math.min(...ends), last: Math.max(...ends) };
  });
  if (boxes.length === 0) return [];
  const cuts = [0, ...cutsOf(boxes.length, spans), boxes.length - 1];
  const parts = cuts.slice(1).map((last, i): { boxes: BoxGraph["boxes"]; edges: BoxGraph["edges"][number][] } => ({
    boxes: boxes.slice(cuts[i]!, last + 1),
    edges: [],
  }));
  const partAt = new Int32Array(boxes.length);
  for (const [i, part] of parts.entries()) partAt.fill(i, cuts[i]!, cuts[i]! + part.boxes.length);
  for (const [i, edge] of edges.entries()) parts[partAt[spans[i]!.first]!]!.edges.push(edge);
  return parts;
}

/** Positions of boxes that no edge leads past, far enough from each other. */
function cutsOf(count: number, spans: readonly { first: number; last: number }[]): number[] {
  const reach = new Int32Array(count);
  for (const { first, last } of spans) reach[first] = Math.max(reach[first]!, last);
  const cuts: number[] = [];
  let furthest = 0;
  for (let i = 1; i < count - 1; i++) {
    furthest = Math.max(furthest, reach[i - 1]!);
    const since = cuts.at(-1) ?? 0;
    if (furthest <= i && i - since >= partSize && count - i > partSize / 2) cuts.push(i);
  }
  return cuts;
}

const { margin } = gaps;

/** Whatever was hung to the left of the first part comes into the picture. */
function fromZero(layout: Layout, { boxes }: BoxGraph): Layout {
  const sides = boxes.map(({ id, width, height }) => ({
    ...layout.boxes[id]!,
    halfWidth: width / 2,
    halfHeight: height / 2,
  }));
  const points = layout.edges.flat();
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), 0);
  const left = least([...sides.map(({ x, halfWidth }) => x - halfWidth), ...points.map(({ x }) => x)]);
  const top = least(sides.map(({ y, halfHeight }) => y - halfHeight));
  const right = most([...sides.map(({ x, halfWidth }) => x + halfWidth), ...points.map(({ x }) => x)]);
  const bottom = most(sides.map(({ y, halfHeight }) => y + halfHeight));
  return {
    ...move(layout, margin - left, margin - top),
    width: right - left + 2 * margin,
    height: bottom - top + 2 * margin,
  };
}

function move(layout: Layout, dx: number, dy: number): Layout {
  const moved = ({ x, y }: Point): Point => ({ x: x + dx, y: y + dy });
  return {
    ...layout,
    boxes: Object.fromEntries(Object.entries(layout.boxes).map(([id, point]) => [id, moved(point)])),
    edges: layout.edges.map((points) => points.map(moved)),
  };
}
