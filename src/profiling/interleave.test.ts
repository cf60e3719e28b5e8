/** Turns on made-up models whose core changes its speed: the ratio to the references must not move with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import type { PreparedModel, TimingPlan } from "../engines/index.js";
import { ratioOf, SubjectFailure, takeTurns } from "./interleave.js";
import { estimateOf, outcomeOf, withoutOverhead } from "./reference-state.js";
import { robustCentre } from "./robust.js";

/** Everything on it takes `slowdown(now)` times as long, `now` being the made-up milliseconds so far. */
function core(slowdown: (nowMs: number) => number, noise = 0.01) {
  const random = createRandom("core");
  let now = 0;
  const model = (trueMs: number): PreparedModel & { runs: number } => ({
    runs: 0,
    async time({ warmup, runs, maxMs }: TimingPlan) {
      const times: number[] = [];
      for (let run = 0; run < warmup + runs; run++) {
        const ms = trueMs * slowdown(now) * (1 + noise * Math.abs(random.normal()));
        now += ms;
        this.runs++;
        if (run >= warmup) times.push(ms);
        if (times.reduce((a, b) => a + b, 0) >= maxMs) break;
      }
      return times;
    },
    operators: () => assert.fail("not asked for"),
    run: () => assert.fail("not asked for"),
    release: async () => {},
  });
  return { model, now: () => now };
}

const plan = { warmup: 1, maxMs: 300, tolerance: 0, turnMs: 10 };
const nominal = { mobile: 8, arithmetic: 9 };

test("a core that is up to twice as slow in phases changes the estimate by less than 2 %", async () => {
  const estimates: number[] = [];
  for (const phase of [0, 1, 2]) {
    const { model } = core((now) => 1.5 + 0.5 * Math.sin(now / 70 + phase));
    const [turns] = await takeTurns([model(12)], [model(8), model(9)], plan);
    const estimate = estimateOf(turns!, nominal);
    estimates.push(estimate.latencyMs);
    assert.ok(estimate.observedMs > 1.2 * estimate.latencyMs, "as it just ran it took longer");
  }
  for (const estimate of estimates) assert.ok(Math.abs(estimate / 12 - 1) < 0.02, `${estimate} for 12`);
});

test("turns of subjects that are loaded side by side alternate, and each has references of its own time", async () => {
  const { model } = core((now) => 1 + now / 2000);
  const [short, long] = await takeTurns([model(0.5), model(15)], [model(8), model(9)], plan);
  assert.ok(short!.length >= 5 && long!.length >= 3);
  assert.ok(Math.abs(Math.exp(ratioOf(short!).value) / (0.5 / Math.sqrt(72)) - 1) < 0.03);
  assert.ok(Math.abs(Math.exp(ratioOf(long!).value) / (15 / Math.sqrt(72)) - 1) < 0.03);
});

test("on a quiet machine the references get a small share of the time", async () => {
  const quiet = core(() => 1, 0.001);
  const references = [quiet.model(8), quiet.model(9)];
  await takeTurns([quiet.model(10)], references, { ...plan, maxMs: 4000 });
  const spent = references.reduce((total, { runs }) => total + runs * 8.5, 0);
  assert.ok(spent < 0.35 * quiet.now(), `${spent} of ${quiet.now()} ms`);
});

test("a subject is done when its error is below the tolerance", async () => {
  const { model, now } = core(() => 1, 0.001);
  await takeTurns([model(10)], [model(8), model(9)], { ...plan, maxMs: 1e6, tolerance: 0.01 });
  assert.ok(now() < 5000);
});

test("the subject that an engine fails on is named", async () => {
  const { model } = core(() => 1);
  const broken = { ...model(1), time: () => Promise.reject(new Error("died")) };
  await assert.rejects(takeTurns([model(1), broken], [model(8), model(9)], plan), (error) => {
    assert.ok(error instanceof SubjectFailure);
    assert.equal(error.index, 1);
    return true;
  });
});

test("the centre is not moved by a fifth of wild values, and knows its error", () => {
  const random = createRandom(3);
  const values = Array.from({ length: 200 }, (_, i) => (i % 5 === 0 ? 2 : 0.02 * random.normal()));
  const { value, error } = robustCentre(values);
  assert.ok(Math.abs(value) < 0.006, `${value}`);
  assert.ok(error > 0 && error < 0.01);
  assert.equal(robustCentre([1, 2]).error, Number.POSITIVE_INFINITY);
});

test("an outcome is the mean of its sessions, with what the references took; overheads never leave less than the least", () => {
  const session = (latencyMs: number) => ({
    latencyMs,
    observedMs: 2 * latencyMs,
    relativeError: 0.01,
    runs: 10,
    referencesMs: [16, 18],
  });
  const outcome = outcomeOf([session(4), session(9)], nominal);
  assert.ok(outcome.status === "ok");
  assert.ok(Math.abs(outcome.latencyMs - 6) < 1e-9, "geometric");
  assert.deepEqual(outcome.references, { nominalMs: nominal, observedMs: { mobile: 16, arithmetic: 18 } });
  assert.equal(outcome.runs, 20);
  assert.ok(outcome.relativeError! > 0.3, "two sessions that far apart are not sure");
  const left = withoutOverhead(session(4), 3, 0.5);
  assert.equal(left.latencyMs, 1);
  assert.ok(Math.abs(left.relativeError - 0.04) < 1e-12);
  assert.equal(withoutOverhead(session(4), 5, 0.5).latencyMs, 0.5);
});
