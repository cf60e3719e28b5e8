/**
 * Architectures as inputs of networks: NAS-Bench-201 cells as graphs whose nodes are operations, OFA-MobileNetV3 as one-hot rows.
 * The last node of a graph takes from all others (the "global node" of BRP-NAS).
 */
import { invariant } from "../base/index.js";
import type { Samples } from "../learning/index.js";

/** Operations of the six edges 0→1; 0→2, 1→2; 0→3, 1→3, 2→3. */
export type CellOperations = readonly string[];

export const cellOperations = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"] as const;

/** From which operation (0: the cell's input, 7: its output) to which others data goes. */
const successors: readonly (readonly number[])[] = [[1, 2, 4], [3, 5], [6], [6], [7], [7], [7], []];
export const cellNodes = successors.length;

/** `edges[from][to]`, 0 or 1. */
export type Edges = readonly (readonly number[])[];

const fullEdges = (): number[][] =>
  successors.map((to) => Array.from({ length: cellNodes }, (_, other) => (to.includes(other) ? 1 : 0)));

export interface CellGraph {
  readonly edges: Edges;
  /** Operation of each node; undefined: a node that is not there. */
  readonly labels: readonly (string | undefined)[];
}

/** Every operation is a node, also those that do nothing. */
export const wholeCell = (operations: CellOperations): CellGraph => ({
  edges: fullEdges(),
  labels: ["input", ...operations, "output"],
});

/** As BRP-NAS prunes: operations without effect, and skips, are edges or nothing; what the output does not rest on is left out. */
export function prunedCell(operations: CellOperations): CellGraph {
  const edges = fullEdges();
  const labels: (string | undefined)[] = ["input", ...operations, "output"];
  for (const [i, operation] of operations.entries()) {
    if (operation !== "none" && operation !== "skip_connect") continue;
    if (operation === "skip_connect") shorten(edges, i + 1);
    isolate(edges, labels, i + 1);
  }
  const reached = reach(edges, 0, (from, to) => edges[from]![to] === 1);
  const needed = reach(edges, cellNodes - 1, (from, to) => edges[to]![from] === 1);
  for (let node = 0; node < cellNodes; node++)
    if (!reached.has(node) || !needed.has(node)) isolate(edges, labels, node);
  return { edges, labels };
}

/** What goes into a node goes straight to where it leads. */
function shorten(edges: number[][], node: number): void {
  for (let from = 0; from < cellNodes; from++)
    if (edges[from]![node] === 1)
      for (let to = 0; to < cellNodes; to++) if (edges[node]![to] === 1) edges[from]![to] = 1;
}

function isolate(edges: number[][], labels: (string | undefined)[], node: number): void {
  labels[node] = undefined;
  edges[node]!.fill(0);
  for (const row of edges) row[node] = 0;
}

function reach(edges: Edges, start: number, leads: (from: number, to: number) => boolean): Set<number> {
  const seen = new Set([start]);
  for (const from of seen) for (let to = 0; to < edges.length; to++) if (leads(from, to)) seen.add(to);
  return seen;
}

export interface GraphEncoding {
  /** Labels that have a column; the global node's is the last. */
  readonly labels: readonly string[];
  /** Whether a node takes from those before it (true) or after it. */
  readonly fromPredecessors: boolean;
}

/** Nodes and adjacency of graph convolutions (`graphTrunk` in learning), for each cell. */
export function graphSamples(cells: readonly CellGraph[], { labels, fromPredecessors }: GraphEncoding): Samples {
  const nodes = cellNodes + 1;
  const columns = labels.length + 1;
  const features = new Float32Array(cells.length * nodes * columns);
  const adjacency = new Float32Array(cells.length * nodes * nodes);
  for (const [c, cell] of cells.entries()) {
    const at = (row: number, column: number, width: number) => (c * nodes + row) * width + column;
    for (let v = 0; v < nodes; v++) {
      const label = v === cellNodes ? labels.length : labels.indexOf(cell.labels[v] ?? "");
      if (label >= 0) features[at(v, label, columns)] = 1;
      adjacency[at(v, v, nodes)] = 1;
      adjacency[at(cellNodes, v, nodes)] = 1;
    }
    for (let from = 0; from < cellNodes; from++)
      for (let to = 0; to < cellNodes; to++)
        if (cell.edges[from]![to] === 1) adjacency[fromPredecessors ? at(to, from, nodes) : at(from, to, nodes)] = 1;
  }
  return { rows: cells.length, inputs: { nodes: features, adjacency } };
}

/** A sub-network of OFA-MobileNetV3: kernel size and expansion of 20 blocks, blocks of 5 stages, resolution. */
export interface OfaArchitecture {
  readonly ks: readonly number[];
  readonly e: readonly number[];
  readonly d: readonly number[];
  readonly r: number;
}

export const ofaColumns = 20 * 3 + 20 * 3 + 25;

/** Kernel and expansion of the blocks that are there, and the resolution (128 to 224 in steps of 4), one-hot. */
export function ofaSamples(architectures: readonly OfaArchitecture[]): Samples {
  const x = new Float32Array(architectures.length * ofaColumns);
  for (const [i, { ks, e, d, r }] of architectures.entries()) {
    const set = (column: number) => {
      x[i * ofaColumns + column] = 1;
    };
    for (let block = 0; block < 20; block++) {
      if (block % 4 >= d[Math.floor(block / 4)]!) continue;
      set(block * 3 + choiceOf([3, 5, 7], ks[block]!));
      set(60 + block * 3 + choiceOf([3, 4, 6], e[block]!));
    }
    set(120 + (r - 128) / 4);
  }
  return { rows: architectures.length, inputs: { x } };
}

function choiceOf(choices: readonly number[], value: number): number {
  const index = choices.indexOf(value);
  invariant(index >= 0, `${value} is none of ${choices}`);
  return index;
}
