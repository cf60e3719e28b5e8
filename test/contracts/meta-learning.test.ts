import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, type Random } from "../../src/base/index.js";
import { trainForm } from "../../src/learning/form-training.js";
import { type MetaEpisodeTask, trainMeta } from "../../src/learning/meta-learning.js";
import { createForm, denseTrunk, graphTrunk } from "../../src/learning/network-form.js";
import { onnxRuntime } from "../../src/runtime/index.js";

/** y = slope·x₀ + x₁; the embedding is a noisy word of the slope. */
function drawTask(random: Random, rows: number): MetaEpisodeTask {
  const slope = random.next() * 2 - 1;
  const draw = (count: number) => {
    const x = Float32Array.from({ length: 2 * count }, () => random.next());
    const targets = Array.from({ length: count }, (_, i) => slope * x[2 * i]! + x[2 * i + 1]!);
    return { rows: count, inputs: { x }, targets };
  };
  return { embedding: [slope, 0], support: draw(rows), query: draw(20) };
}

test("a meta-learned network tells tasks apart by their embedding and a few samples", async () => {
  const form = createForm(denseTrunk(2, 16, 1), { layers: 1, embedding: 2 });
  const errorOn = async (model: { predict: Awaited<ReturnType<typeof trainMeta>>["predict"] }, seed: number) => {
    const random = createRandom(seed);
    let total = 0;
    for (let t = 0; t < 10; t++) {
      const task = drawTask(random, 4);
      const predicted = await model.predict(task, task.query);
      predicted.forEach((value, i) => {
        total += (value - task.query.targets[i]!) ** 2 / (10 * predicted.length);
      });
    }
    return total;
  };
  const recipe = { tasks: 3, supportRows: 4, queryRows: 20, innerSteps: 2, innerRate: 1e-2, learningRate: 1e-2 };
  const common = { ...recipe, modulation: 0.01, divergence: 0.001, scoreEvery: 100, seed: 1 };
  const options = {
    ...common,
    draw: (random: Random) => Array.from({ length: 3 }, () => drawTask(random, 4)),
    score: async (model: { predict: Awaited<ReturnType<typeof trainMeta>>["predict"] }) => -(await errorOn(model, 5)),
  };
  const trained = await trainMeta(onnxRuntime, form, { ...options, episodes: 300 });
  // The variance of slope·x₀ over tasks, which a network without them cannot explain, is about 0.11.
  assert.ok((await errorOn(trained, 7)) < 0.02, `${await errorOn(trained, 7)}`);
  await trained.release();
});

test("graph convolutions learn what depends on the neighbours of nodes", async () => {
  const [count, nodes] = [200, 4];
  const random = createRandom(3);
  const x = new Float32Array(count * nodes * 2);
  const adjacency = new Float32Array(count * nodes * nodes);
  const targets: number[] = [];
  for (let g = 0; g < count; g++) {
    let y = 0;
    for (let v = 0; v < nodes; v++) {
      x[(g * nodes + v) * 2 + random.integer(2)] = 1;
      adjacency[(g * nodes + v) * nodes + v] = 1;
      adjacency[(g * nodes + nodes - 1) * nodes + v] = 1;
    }
    for (let v = 1; v < nodes - 1; v++) {
      const linked = random.integer(2);
      adjacency[(g * nodes + v) * nodes + v - 1] = linked;
      y += linked * x[(g * nodes + v - 1) * 2]!;
    }
    targets.push(y);
  }
  const form = createForm(graphTrunk(nodes, 2, 16, 3), { layers: 0, embedding: 0 });
  const samples = { rows: count, inputs: { nodes: x, adjacency } };
  const recipe = {
    loss: "l2",
    batch: 20,
    epochs: 80,
    learningRate: 5e-3,
    schedule: "one-cycle",
    weightDecay: 0,
  } as const;
  const model = await trainForm(onnxRuntime, form, samples, targets, { ...recipe, seed: 1 });
  const predicted = await model.predict(samples);
  const error = predicted.reduce((sum, value, i) => sum + (value - targets[i]!) ** 2 / count, 0);
  assert.ok(error < 0.05, `${error}`);
  await model.release();
});
