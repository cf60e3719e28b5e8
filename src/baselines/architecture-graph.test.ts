import assert from "node:assert/strict";
import { test } from "node:test";
import { cellNodes, graphSamples, ofaColumns, ofaSamples, prunedCell, wholeCell } from "./architecture-graph.js";

const edgesOf = (edges: readonly (readonly number[])[]) =>
  edges.flatMap((row, from) => row.flatMap((there, to) => (there === 1 ? [`${from}-${to}`] : [])));

test("a skip becomes an edge, and what leads nowhere is left out", () => {
  // 0→1 conv, 0→2 none, 1→2 none, 0→3 none, 1→3 skip, 2→3 conv: the last hangs in the air.
  const cell = prunedCell(["nor_conv_3x3", "none", "none", "none", "skip_connect", "nor_conv_1x1"]);
  assert.deepEqual(edgesOf(cell.edges), ["0-1", "1-7"]);
  assert.deepEqual(
    cell.labels.map((label) => label ?? "-"),
    ["input", "nor_conv_3x3", "-", "-", "-", "-", "-", "output"],
  );
});

test("skips in a row are one edge; a cell without any way through has nothing left but its ends", () => {
  const skips = prunedCell(["skip_connect", "none", "skip_connect", "none", "none", "skip_connect"]);
  assert.deepEqual(edgesOf(skips.edges), ["0-7"]);
  const nothing = prunedCell(new Array(6).fill("none"));
  assert.deepEqual(edgesOf(nothing.edges), []);
});

test("every node takes from itself and one neighbour side; the last takes from all", () => {
  const samples = graphSamples([wholeCell(new Array(6).fill("avg_pool_3x3"))], {
    labels: ["avg_pool_3x3", "input", "output"],
    fromPredecessors: true,
  });
  const nodes = cellNodes + 1;
  const row = (v: number) => Array.from(samples.inputs.adjacency!.subarray(v * nodes, (v + 1) * nodes));
  assert.deepEqual(row(0), [1, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(row(3), [0, 1, 0, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual(row(8), new Array(9).fill(1));
  assert.deepEqual(Array.from(samples.inputs.nodes!.subarray(0, 4)), [0, 1, 0, 0]);
});

test("of OFA only the blocks that are there are encoded", () => {
  const { inputs } = ofaSamples([{ ks: new Array(20).fill(5), e: new Array(20).fill(6), d: [2, 2, 2, 2, 2], r: 224 }]);
  assert.equal(inputs.x!.length, ofaColumns);
  assert.equal(
    inputs.x!.reduce((sum, one) => sum + one, 0),
    10 + 10 + 1,
  );
  assert.equal(inputs.x!.at(-1), 1);
});
