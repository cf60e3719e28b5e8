import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, mean } from "../../src/base/index.js";
import { expressionModel } from "../../src/learning/graph/emit.js";
import { leaf } from "../../src/learning/graph/expression.js";
import { loadVae, type Matrix, trainVae, type VaeState } from "../../src/learning/index.js";
import { divergenceFromNormal } from "../../src/learning/vae-training.js";
import { onnxRuntime } from "../../src/runtime/index.js";

/** Rows on a curve in three dimensions; the third quarter of it is ten times as frequent where weights are used. */
function curve(rows: number): { x: Matrix; weights: Float64Array } {
  const random = createRandom(1);
  const t = Array.from({ length: rows }, () => random.next());
  const values = Float32Array.from(t.flatMap((v) => [v, v * v, 1 - v]));
  return { x: { rows, columns: 3, values }, weights: Float64Array.from(t, (v) => (v > 0.5 && v < 0.75 ? 10 : 1)) };
}

const small = { seed: 1, layers: 3, hidden: 32, latent: 2, batch: 16, epochs: 30, learningRate: 3e-3, beta: 0.002 };

test("reconstructs what it was trained on, and what it generates is like it", async () => {
  const { x } = curve(400);
  const vae = await trainVae(onnxRuntime, x, undefined, small);
  const code = await vae.encode(x);
  assert.ok(code.deviation.values.every((value) => value > 0));
  const back = await vae.decode(code.mean);
  const squares = Array.from(back.values, (value, i) => (value - x.values[i]!) ** 2);
  const error = Math.sqrt(mean(squares));
  assert.ok(error < 0.05, `error ${error}`);
  const random = createRandom(2);
  const z = { rows: 200, columns: 2, values: Float32Array.from({ length: 400 }, () => random.normal()) };
  const generated = (await vae.decode(z)).values;
  let off = 0;
  for (let i = 0; i < 200; i++) off += Math.abs(generated[3 * i + 1]! - generated[3 * i]! ** 2) / 200;
  assert.ok(off < 0.1, `generated rows leave the curve by ${off}`);
  await vae.release();
});

test("the state gives the same model back, without an engine too; a broken one is refused", async () => {
  const { x, weights } = curve(64);
  const vae = await trainVae(onnxRuntime, x, weights, { ...small, epochs: 1 });
  const again = await trainVae(onnxRuntime, x, weights, { ...small, epochs: 1 });
  assert.deepEqual(vae.toState(), again.toState());
  const loaded = await loadVae(vae.toState());
  const expected = (await vae.encode(x)).mean.values;
  (await loaded.encode(x)).mean.values.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) < 1e-5);
  });
  const state = vae.toState();
  const broken: VaeState = { ...state, settings: { ...state.settings, latent: 3 } };
  await assert.rejects(loadVae(broken), { code: "corrupt-artefact" });
});

test("divergence from the normal distribution, by hand", async () => {
  const centre = leaf([1, 2]);
  const logDeviation = leaf([1, 2]);
  const inputs = { mean: { expression: centre }, logDeviation: { expression: logDeviation } };
  const kl = divergenceFromNormal(centre, logDeviation);
  const session = await onnxRuntime.createSession(expressionModel(inputs, { kl }));
  const at = async (m: number[], s: number[]) => {
    const feed = (values: number[]) => ({ shape: [1, 2], values: Float32Array.from(values) });
    return Number((await session.run({ mean: feed(m), logDeviation: feed(s.map(Math.log)) })).kl!.values[0]);
  };
  assert.ok(Math.abs(await at([0, 0], [1, 1])) < 1e-6);
  // ½ (σ² + μ² − 1 − ln σ²) with μ = 1, σ = 2: ½ (4 + 1 − 1 − 1.386294)
  assert.ok(Math.abs((await at([1, 0], [2, 1])) - 1.306853) < 1e-5);
  await session.release();
});

test("values outside 0 to 1 are refused; an abort stops it", async () => {
  const x: Matrix = { rows: 1, columns: 2, values: Float32Array.of(0, 2) };
  await assert.rejects(trainVae(onnxRuntime, x, undefined, small), { code: "invalid-table" });
  const aborted = { ...small, signal: AbortSignal.abort() };
  await assert.rejects(trainVae(onnxRuntime, curve(20).x, undefined, aborted), { code: "interrupted" });
});
