import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { loadBoostedTrees, trainBoostedTrees } from "./boosted-trees.js";
import type { Matrix } from "./learner.js";
import { binColumns } from "./tree-bins.js";
import { growTree } from "./tree-growth.js";

const column = (values: number[]): Matrix => ({ rows: values.length, columns: 1, values: Float64Array.from(values) });

test("a single split is where it reduces the squared error most, by hand", () => {
  const x = column([1, 2, 3, 10]);
  const y = [0, 0, 0, 4];
  const gradient = Float64Array.from(y, (v) => -v);
  const limits = { leaves: 2, minWeight: 1, ridge: 0 };
  const { tree, leaves } = growTree(binColumns(x), gradient, new Float64Array(4).fill(1), [0], limits);
  assert.deepEqual(tree.column, [0, -1, -1]);
  assert.equal(tree.threshold[0], 6.5);
  assert.deepEqual(tree.value.slice(1), [0, 4]);
  assert.deepEqual(Array.from(leaves.get(2)!), [3]);
});

test("bins keep few distinct values apart, and many in equal shares", () => {
  assert.deepEqual(binColumns(column([3, 1, 1, 2])), {
    rows: 4,
    edges: [Float64Array.of(1.5, 2.5)],
    bins: [Uint8Array.of(2, 0, 0, 1)],
  });
  const { edges, bins } = binColumns(column(Array.from({ length: 5000 }, (_, i) => i ** 2)));
  assert.equal(edges[0]!.length, 255);
  const counts = new Array(256).fill(0);
  for (const bin of bins[0]!) counts[bin]++;
  assert.ok(Math.max(...counts) <= 21);
});

test("one round at full rate gives the leaf means (l2) or medians (l1)", async () => {
  const x = column([0, 0, 0, 1, 1, 1]);
  const y = [1, 2, 9, 10, 20, 60];
  const options = { seed: 1, rounds: 1, learningRate: 1, leaves: 2, minRows: 1, columnShare: 1 };
  const at = column([0, 1]);
  const means = await trainBoostedTrees({ x, y }, { ...options, loss: "l2" }).predict(at);
  assert.ok(Math.abs(means[0]! - 4) < 0.02 && Math.abs(means[1]! - 30) < 0.02, `${means}`);
  assert.deepEqual(Array.from(await trainBoostedTrees({ x, y }, { ...options, loss: "l1" }).predict(at)), [2, 20]);
});

test("fits interactions; outliers do not bend the l1 fit", async () => {
  const random = createRandom(1);
  const points = Array.from({ length: 1000 }, () => [random.next(), random.next()]);
  const f = ([a, b]: number[]) => (a! > 0.5 ? b! : 1 - b!);
  const x: Matrix = { rows: 1000, columns: 2, values: Float64Array.from(points.flat()) };
  const y = points.map((p, i) => f(p) + (i % 20 === 0 ? 50 : 0));
  const predicted = await trainBoostedTrees({ x, y }, { seed: 1, loss: "l1", minRows: 20 }).predict(x);
  const error = points.reduce((sum, p, i) => sum + Math.abs(predicted[i]! - f(p)), 0) / 1000;
  assert.ok(error < 0.05, `${error}`);
});

test("a state whose nodes run in a circle is refused", () => {
  const x = column([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const state = trainBoostedTrees({ x, y: Array.from(x.values) }, { seed: 1, rounds: 1, minRows: 1 }).toState();
  const left = { ...state.arrays.left!, values: state.arrays.left!.values.slice().fill(0) };
  const circular = { ...state, arrays: { ...state.arrays, left } };
  assert.throws(() => loadBoostedTrees(circular), { code: "corrupt-artefact" });
});
