/** The contract of every learner: what `litepred/testing` runs over each member of the family, ours and others'. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../src/base/index.js";
import type { Learner, LearnerState, Matrix, TrainedModel, TrainingSet } from "../../src/learning/index.js";

export interface LearnerSubject {
  readonly name: string;
  /** A learner that takes at most a second for 200 rows. */
  create(): Promise<Learner>;
  load(state: LearnerState): Promise<TrainedModel>;
  /** Mean relative error on fresh rows that 200 rows must be enough for. */
  readonly error: number;
}

const COLUMNS = 4;

function rows(count: number, seed: number): TrainingSet & { y: Float64Array } {
  const random = createRandom(seed);
  const values = Float64Array.from(
    { length: count * COLUMNS },
    (_, i) => random.normal() * (i % COLUMNS === 3 ? 0 : 1),
  );
  const at = (i: number, j: number) => values[i * COLUMNS + j]!;
  const y = Float64Array.from({ length: count }, (_, i) => 5 + at(i, 0) + 0.3 * at(i, 1) + 0.2 * Math.abs(at(i, 2)));
  return { x: { rows: count, columns: COLUMNS, values }, y: y.map((value) => Math.max(value, 0.5)) };
}

const empty: Matrix = { rows: 0, columns: COLUMNS, values: new Float64Array(0) };

/** What a file does to a state: JSON for the settings, bytes for the arrays. */
function throughFile(state: LearnerState): LearnerState {
  const arrays = Object.entries(state.arrays).map(([name, { shape, values }]) => [
    name,
    { shape: [...shape], values: values.slice() },
  ]);
  const { learner, version, settings } = state;
  return { ...JSON.parse(JSON.stringify({ learner, version, settings })), arrays: Object.fromEntries(arrays) };
}

export function learnerContract({ name, create, load, error }: LearnerSubject): void {
  test(`${name}: learns; one column may be constant`, async () => {
    const model = await (await create()).train(rows(200, 1), { seed: 1 });
    const { x, y } = rows(100, 2);
    const predicted = await model.predict(x);
    assert.equal(model.inputs, COLUMNS);
    const errors = predicted.map((value, i) => Math.abs(value - y[i]!) / y[i]!);
    const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length;
    assert.ok(mean < error, `mean relative error ${mean}`);
    await model.release();
    await model.release();
  });

  test(`${name}: the same seed gives the same model, through its state too`, async () => {
    const learner = await create();
    const [first, again] = [
      await learner.train(rows(50, 1), { seed: 3 }),
      await learner.train(rows(50, 1), { seed: 3 }),
    ];
    assert.deepEqual(first.toState(), again.toState());
    const loaded = await load(throughFile(first.toState()));
    const { x } = rows(20, 4);
    const expected = await first.predict(x);
    (await loaded.predict(x)).forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]!) <= 1e-5 * Math.abs(expected[i]!));
    });
    assert.deepEqual(loaded.toState(), first.toState());
  });

  test(`${name}: rows are independent, none is fine, another width is refused, the input is left alone`, async () => {
    const model = await (await create()).train(rows(50, 1), { seed: 1 });
    const { x } = rows(30, 5);
    const before = x.values.slice();
    const all = await model.predict(x);
    assert.deepEqual(x.values, before);
    const one = await model.predict({ rows: 1, columns: COLUMNS, values: x.values.slice(28, 32) });
    assert.ok(Math.abs(one[0]! - all[7]!) <= 1e-5 * Math.abs(all[7]!));
    assert.equal((await model.predict(empty)).length, 0);
    await assert.rejects(model.predict({ rows: 1, columns: 3, values: new Float64Array(3) }), {
      code: "invalid-table",
    });
  });

  test(`${name}: weights of rows count`, async () => {
    const { x, y } = rows(100, 6);
    const shifted = y.map((value, i) => (i % 2 === 0 ? value : 2 * value));
    const weights = y.map((_, i) => (i % 2 === 0 ? 1 : 1e-3));
    const model = await (await create()).train({ x, y: shifted, weights }, { seed: 1 });
    const predicted = await model.predict(x);
    const share = predicted.filter((value, i) => value < 1.5 * y[i]!).length / y.length;
    assert.ok(share > 0.9, `${share} of the rows follow the heavy half`);
  });

  test(`${name}: progress is told, an abort stops it, and what cannot be learned from is refused`, async () => {
    const learner = await create();
    const signal = AbortSignal.abort();
    await assert.rejects(learner.train(rows(50, 1), { seed: 1, signal }), { code: "interrupted" });
    const seen: number[] = [];
    await learner.train(rows(50, 1), { seed: 1, onProgress: ({ epoch, epochs }) => seen.push(epoch / epochs) });
    assert.ok(seen.every((share, i) => share > (seen[i - 1] ?? 0) && share <= 1));
    await assert.rejects(learner.train({ x: empty, y: [] }, { seed: 1 }), { code: "no-data" });
    const { x, y } = rows(5, 1);
    await assert.rejects(learner.train({ x, y: y.map(() => Number.NaN) }, { seed: 1 }), { code: "invalid-table" });
  });

  test(`${name}: learns the logarithm where it is asked to`, async () => {
    const learner = await create();
    if (learner.name === "mlp16") return; // Its loss is relative already.
    const { x, y } = rows(60, 7);
    const model = await learner.train({ x, y: y.map((value) => Math.exp(-value)) }, { seed: 1, target: "log" });
    const predicted = await (await load(throughFile(model.toState()))).predict(x);
    assert.ok(predicted.every((value) => value > 0));
    const errors = predicted.map((value, i) => Math.abs(Math.log(value) + y[i]!));
    assert.ok(errors.reduce((sum, each) => sum + each, 0) / errors.length < 0.5);
    const negative = y.map((value, i) => (i === 0 ? -1 : value));
    await assert.rejects(learner.train({ x, y: negative }, { seed: 1, target: "log" }), { code: "invalid-table" });
  });

  test(`${name}: a state that lacks an array is refused`, async () => {
    const state = (await (await create()).train(rows(20, 1), { seed: 1 })).toState();
    for (const missing of Object.keys(state.arrays)) {
      const arrays = Object.fromEntries(Object.entries(state.arrays).filter(([each]) => each !== missing));
      await assert.rejects(load({ ...state, arrays }), { code: "corrupt-artefact" }, `without ${missing}`);
    }
  });
}
