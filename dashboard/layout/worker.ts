/** Where the boxes of a graph lie, off the page's thread; with care means by dagre. */
import { Graph, layout } from "@dagrejs/dagre";
import { layOut } from "./lay-out.js";
import { type BoxGraph, gaps, type Layout } from "./types.js";

self.onmessage = ({ data: { id, args } }: MessageEvent<{ id: number; args: [BoxGraph] }>) => {
  try {
    const answer = layOut(args[0], { layOutWithCare: byDagre, now: () => performance.now() });
    self.postMessage({ id, answer });
  } catch (error) {
    self.postMessage({ id, error: { code: "internal", message: String(error), hint: "" } });
  }
};

function byDagre({ boxes, edges }: BoxGraph): Layout {
  const graph = new Graph();
  const { beside, below, margin } = gaps;
  graph.setGraph({ rankdir: "TB", nodesep: beside, ranksep: below, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
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
