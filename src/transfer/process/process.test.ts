import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../base/index.js";
import { tableOf } from "./columns.js";
import { broadPrior, fitProcess } from "./process.js";
import { negativeLogPosterior, type ProcessRows } from "./process-likelihood.js";

const form = { groups: [0, 1, 1], groupCount: 2 };
const expected = { amplitude: 0.05, noise: 0.02, slope: 0.1 };

function sample(n: number, seed: number): { rows: ProcessRows; truth: Float64Array; y: Float64Array } {
  const random = createRandom(seed);
  const points = Array.from({ length: n }, () => [random.normal(), random.normal(), random.normal()]);
  const truth = Float64Array.from(points, ([a, b]) => 0.1 * a! + 0.08 * Math.sin(2 * b!));
  return {
    rows: { inputs: tableOf(points), basis: tableOf(points) },
    truth,
    y: truth.map((t) => t + 0.01 * random.normal()),
  };
}

test("the gradient is that of finite differences", () => {
  const { rows, y } = sample(12, 1);
  const prior = broadPrior(3, 1, form, expected);
  const point = prior.centre.map((c, i) => c + 0.1 * Math.sin(i));
  const noisy = { rows, y, noiseScale: y.map((_, i) => 1 + (i % 3)) };
  const { gradient } = negativeLogPosterior(noisy, form, prior, point);
  gradient.forEach((slope, i) => {
    const at = (step: number) => {
      const moved = Float64Array.from(point);
      moved[i]! += step;
      return negativeLogPosterior(noisy, form, prior, moved).value;
    };
    const numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
    assert.ok(Math.abs(slope - numeric) < 1e-4 * (1 + Math.abs(numeric)), `θ${i}: ${slope} beside ${numeric}`);
  });
});

test("it learns a line and a wave from 60 noisy rows, and its deviation is that of its errors", () => {
  const train = sample(60, 2);
  const fresh = sample(300, 3);
  const process = fitProcess(train.rows, train.y, form, { prior: broadPrior(3, 0, form, expected) });
  const { mean, deviation } = process.posterior(fresh.rows);
  const errors = mean.map((m, i) => Math.abs(m - fresh.truth[i]!));
  const rms = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
  assert.ok(rms < 0.03, `error ${rms} of a signal of 0.12`);
  const covered = fresh.y.filter((y, i) => Math.abs(y - mean[i]!) < 2 * deviation[i]!).length / 300;
  assert.ok(covered > 0.85, `${covered} within two deviations`);
});

test("one wild measurement does not bend the others", () => {
  const { rows, y } = sample(40, 4);
  const wild = Float64Array.from(y);
  wild[7] = 1.5;
  const prior = broadPrior(3, 0, form, expected);
  const clean = fitProcess(rows, y, form, { prior }).posterior(rows).mean;
  const bent = fitProcess(rows, wild, form, { prior }).posterior(rows).mean;
  const shifts = clean.map((c, i) => Math.abs(c - bent[i]!)).filter((_, i) => i !== 7);
  assert.ok(Math.max(...shifts) < 0.04, `shift ${Math.max(...shifts)}`);
});

test("a single row, and rows that are all alike, still give finite predictions", () => {
  for (const n of [1, 5]) {
    const inputs = tableOf(Array.from({ length: n }, () => [0.5, 0.5, 0.5]));
    const rows = { inputs, basis: inputs };
    const process = fitProcess(rows, new Float64Array(n).fill(0.1), form, { prior: broadPrior(3, 0, form, expected) });
    const { mean, deviation } = process.posterior(rows);
    assert.ok(mean.every(Number.isFinite) && deviation.every((d) => d > 0 && Number.isFinite(d)));
    assert.ok(process.leaveOneOut().residual.every(Number.isFinite));
  }
});
