import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, quantile } from "../../base/index.js";
import { type Benchmark, bestWithin, optimaOf } from "./benchmark.js";
import { answerBy, methodNames } from "./methods.js";
import { budgetShares, planRegret } from "./plan.js";
import { type RegretRun, regretCells } from "./report.js";

/** Latencies are products of powers of three sizes; accuracy grows with them, with luck of its own. */
function madeUp(): Benchmark {
  const random = createRandom(1);
  const rows = Array.from({ length: 1500 }, () => [random.next(), random.next(), random.next()] as const);
  const ms = (a: number, b: number, c: number) =>
    Float64Array.from(rows, ([x, y, z]) => Math.exp(a * x + b * y + c * z + 0.02 * random.normal()));
  return {
    name: "made up",
    count: rows.length,
    accuracies: Float64Array.from(rows, ([x, y, z]) => 60 + 10 * x + 5 * y + 8 * z + random.normal()),
    features: { rows: rows.length, columns: 3, values: Float64Array.from(rows.flat()) },
    devices: [
      { name: "a", family: "a", latenciesMs: ms(2, 1, 0.5) },
      { name: "b", family: "b", latenciesMs: ms(0.5, 2, 1) },
    ],
  };
}

test("a search that measures 150 of 1,500 comes nearer to the best than chance, and keeps its budgets", () => {
  const benchmark = madeUp();
  const device = benchmark.devices[0]!;
  const budgetsMs = budgetShares.map((share) => quantile(device.latenciesMs, share));
  const optima = optimaOf(benchmark, device.latenciesMs, budgetsMs);
  const regretBy = (method: (typeof methodNames)[number]) => {
    const { chosen, measured } = answerBy(method, { benchmark, device, budgetsMs, measurements: 150, seed: 1 });
    assert.ok(measured <= 150);
    return chosen.map((one, b) => {
      if (method !== "fit-once") assert.ok(device.latenciesMs[one!]! <= budgetsMs[b]!);
      return benchmark.accuracies[optima[b]!]! - benchmark.accuracies[one!]!;
    });
  };
  const [searched, alone, random] = [regretBy("search"), regretBy("search-alone"), regretBy("random")];
  for (const regret of [...searched, ...alone]) assert.ok(regret >= 0 && regret <= 0.3, String(regret));
  assert.ok(Math.max(...random) > Math.max(...searched));
});

test("the best within a budget, and none where nothing keeps it", () => {
  const [accuracies, latenciesMs] = [Float64Array.of(70, 80, 75), Float64Array.of(1, 3, 2)];
  assert.equal(bestWithin([0, 1, 2], accuracies, latenciesMs, 2), 2);
  assert.equal(bestWithin([0, 1, 2], accuracies, latenciesMs, 0.5), undefined);
});

test("a choice that breaks its budget counts as none", () => {
  const run = (seed: number, accuracy: number | null, keepsBudget: boolean): RegretRun => ({
    ...{ benchmark: "x", device: "a", method: "search", measurements: 10, seed, measured: 10 },
    outcomes: [{ share: 0.5, budgetMs: 1, optimum: 80, accuracy, keepsBudget }],
  });
  const [cell] = regretCells([run(1, 79, true), run(2, 80, true), run(3, 85, false)]);
  assert.deepEqual(cell!.regrets, [1]);
  assert.equal(cell!.p90, Number.POSITIVE_INFINITY);
  assert.ok(Math.abs(cell!.kept - 2 / 3) < 1e-12);
});

test("every seed has all devices and methods", () => {
  const plans = planRegret([madeUp()], { seeds: 2 });
  assert.equal(plans.length, 2 * 2 * methodNames.length);
  assert.equal(planRegret([madeUp()], { seeds: 1, devices: ["b"], methods: ["random"] }).length, 1);
});
