/** Where the boxes of a graph lie: by dagre, off the page's thread. */
import { Graph, layout } from "@dagrejs/dagre";
import { layOutInParts } from "./parts.js";
import type { BoxGraph, Layout } from "./types.js";

self.onmessage = ({ data: { id, args } }: MessageEvent<{ id: number; args: [BoxGraph] }>) => {
  try {
    self.postMessage({ id, answer: layOutInParts(args[0], (part) => layOut(part, args[0].boxes.length > untangled)) });
  } catch (error) {
    self.postMessage({ id, error: { code: "internal", message: String(error), hint: "" } });
  }
};

/** Above so many boxes edges are not untangled, which takes most of the time. Choice. */
const untangled = 1200;

function layOut({ boxes, edges }: BoxGraph, isLarge: boolean): Layout {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 14, ranksep: 26, marginx: 12, marginy: 12, ranker: "longest-path" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph, { disableOptimalOrderHeuristic: isLarge });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    boxes: Object.fromEntries(boxes.map(({ id }) => [id, { x: graph.node(id).x, y: graph.node(id).y }])),
    edges: graph
      .edges()
      .map((edge: { v: string; w: string }) => (graph.edge(edge) as { points: { x: number; y: number }[] }).points),
  };
}
