import assert from "node:assert/strict";
import { test } from "node:test";
import { fitKernelPredictors, type KernelFit } from "./fit-many.js";

const backend = { createSession: () => Promise.reject(new Error("no networks here")) };

/** Milliseconds ∝ the columns of the input. */
function fc(rows: number, msPerColumn: number): KernelFit {
  const columns = Array.from({ length: rows }, (_, i) => 4 * (i + 1));
  return {
    type: "fc",
    configs: columns.map((cin) => ({ rows: 1, cin, cout: 64, bias: "yes", activation: "none" })),
    latenciesMs: columns.map((cin) => cin * msPerColumn),
  };
}

const heldOut = { n: 9, mape: 0.1, rmseMs: 1, within5: 0.5, within10: 0.6 };
const fits = [fc(120, 1e-3), { ...fc(260, 2e-3), known: { samples: 7, heldOut } }, fc(150, 3e-3)];

test("in threads as one after the other: the same states, in the order of the fits", async () => {
  const options = { recipe: "compact", seed: 1 } as const;
  const done: number[] = [];
  const onDone = ({ configs }: KernelFit) => done.push(configs.length);
  const alone = await fitKernelPredictors(backend, fits, { ...options, threads: 1, onDone });
  assert.deepEqual(done.splice(0), [120, 260, 150]);
  const together = await fitKernelPredictors(backend, fits, { ...options, threads: 2, onDone });
  assert.deepEqual(done.sort(), [120, 150, 260]);
  assert.deepEqual(
    together.map((predictor) => predictor.toState()),
    alone.map((predictor) => predictor.toState()),
  );
  assert.deepEqual(together[1]!.heldOut, heldOut);
  assert.equal(together[1]!.samples, 7);
});

test("threads stop when they are told to", async () => {
  const options = { recipe: "compact", seed: 1, threads: 2, signal: AbortSignal.abort() } as const;
  await assert.rejects(fitKernelPredictors(backend, fits, options), { code: "interrupted" });
});
