/**
 * Edges that lead far past other boxes (a mask that every layer reads, the skips of a U-net) are kept out of the layout, which they would
 * make one knot, and drawn beside it: out to a lane at the right, down, and in again.
 */
import { groupBy } from "../../src/base/index.js";
import type { BoxGraph, Edge, Layout, Point } from "./types.js";

/** Boxes passed by, at least. Choice: a block of a network is shorter. */
const farSpan = 48;
/** Lanes beside each other, at most, and the pixels between them. Choices. */
const mostLanes = 16;
const laneWidth = 10;

export function splitFar({ boxes, edges }: BoxGraph): { near: BoxGraph; far: readonly Edge[] } {
  const position = new Map(boxes.map(({ id }, i) => [id, i]));
  const near: Edge[] = [];
  const far: Edge[] = [];
  for (const edge of edges)
    (Math.abs(position.get(edge[1])! - position.get(edge[0])!) > farSpan ? far : near).push(edge);
  return { near: { boxes, edges: near }, far };
}

/** The edges of one box share a lane; a lane is used again below. */
export function withFar(layout: Layout, boxes: BoxGraph["boxes"], far: readonly Edge[]): Layout {
  if (far.length === 0) return layout;
  const width = new Map(boxes.map(({ id, width }) => [id, width]));
  const right = (id: string): Point => ({ x: layout.boxes[id]!.x + width.get(id)! / 2, y: layout.boxes[id]!.y });
  const ends: number[] = [];
  const edges: Point[][] = [];
  const sources = [...groupBy(far, ([from]) => from)].sort(([a], [b]) => right(a).y - right(b).y);
  for (const [from, own] of sources) {
    const start = right(from);
    const targets = own.map(([, to]) => right(to));
    const lane = freeLane(ends, start.y);
    ends[lane] = Math.max(ends[lane] ?? 0, start.y, ...targets.map(({ y }) => y));
    const x = layout.width + lane * laneWidth;
    for (const target of targets) edges.push([start, { x, y: start.y }, { x, y: target.y }, target]);
  }
  return { ...layout, width: layout.width + ends.length * laneWidth, edges: [...layout.edges, ...edges] };
}

function freeLane(ends: readonly number[], from: number): number {
  const free = ends.findIndex((end) => end <= from);
  return free >= 0 ? free : ends.length < mostLanes ? ends.length : mostLanes - 1;
}
