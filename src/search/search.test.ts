import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createRandom, packagePath } from "../base/index.js";
import { type Architecture, createChoiceSpace, repeated, type Space } from "../spaces/index.js";
import { addToArchive, archiveLimit } from "./archive.js";
import { crowdingOf, dominates, dominatesValues, selectBest, sortFronts } from "./domination.js";
import { hypervolume } from "./hypervolume.js";
import {
  type Individual,
  kneeOf,
  restateUnder,
  type SearchOptions,
  type SearchProblem,
  type SearchState,
  searchFrom,
  searchMethodNames,
  spreadOf,
} from "./index.js";

/** What pymoo and moocore say: test/fixtures/search/record.py. */
const recorded = JSON.parse(readFileSync(packagePath("test", "fixtures", "search", "pymoo.json"), "utf8")) as {
  hypervolumes: { points: number[][]; reference: number[]; hypervolume: number }[];
  fronts: { points: number[][]; fronts: number[][]; crowding: Record<string, number | null>[] };
  knapsack: { evaluations: number; population: number; reference: number[]; hypervolumes: number[] };
};

const near = (actual: number, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual}, not ${expected}`);

describe("hypervolume", () => {
  it("is that of boxes", () => {
    assert.equal(hypervolume([], [1, 1]), 0);
    assert.equal(hypervolume([[0.5, 0.5]], [1, 1]), 0.25);
    assert.equal(hypervolume([[2, 0]], [1, 1]), 0);
    near(
      hypervolume(
        [
          [1, 3],
          [2, 2],
          [3, 1],
        ],
        [4, 4],
      ),
      6,
    );
    near(
      hypervolume(
        [
          [0, 0, 1],
          [1, 1, 0],
        ],
        [2, 2, 2],
      ),
      4 + 1,
    );
  });
  it("of a linear front of n steps is half the square and half a step", () => {
    const n = 1000;
    const points = Array.from({ length: n }, (_, i) => [i / n, 1 - (i + 1) / n]);
    near(hypervolume(points, [1, 1]), 0.5 + 0.5 / n);
  });
  it("is what pymoo and moocore say, in two, three and four objectives", () => {
    for (const { points, reference, hypervolume: expected } of recorded.hypervolumes)
      near(hypervolume(points, reference), expected);
  });
});

describe("domination", () => {
  const feasible = (...values: number[]) => ({ values, violation: 0 });
  it("puts budgets first", () => {
    assert.ok(dominates(feasible(9, 9), { values: [0, 0], violation: 0.1 }));
    assert.ok(dominates({ values: [9, 9], violation: 0.1 }, { values: [0, 0], violation: 0.2 }));
    assert.ok(dominates(feasible(1, 2), feasible(1, 3)));
    assert.ok(!dominates(feasible(1, 2), feasible(2, 1)) && !dominates(feasible(1, 1), feasible(1, 1)));
  });
  it("sorts and crowds as pymoo does", () => {
    const { points, fronts, crowding } = recorded.fronts;
    const individuals = points.map((values) => feasible(...values));
    assert.deepEqual(sortFronts(individuals), fronts);
    fronts.forEach((front, f) => {
      const own = crowdingOf(front.map((i) => individuals[i]!));
      front.forEach((i, at) => {
        const expected = crowding[f]![i];
        // pymoo gives the mean over the objectives, and 0 to one that is alone.
        if (front.length > 1 && expected === null) assert.equal(own[at], Number.POSITIVE_INFINITY);
        else if (front.length > 1) near(own[at]! / 2, expected!);
      });
    });
  });
  it("takes whole fronts, then the least crowded", () => {
    const found = selectBest([feasible(0, 4), feasible(1, 2), feasible(1.1, 1.9), feasible(4, 0), feasible(5, 5)], 3);
    assert.deepEqual(found.map(({ values }) => values[0]).sort(), [0, 1.1, 4]);
  });
});

describe("archive", () => {
  it("is what nothing dominates", () => {
    const random = createRandom(3);
    const met = Array.from({ length: 400 }, (_, i) =>
      made([random.next(), random.next(), random.next()], i % 7 ? 0 : 1),
    );
    let archive: Individual[] = [];
    for (let i = 0; i < met.length; i += 50) archive = addToArchive(archive, met.slice(i, i + 50));
    const ok = met.filter(({ violation }) => violation === 0);
    const front = ok.filter((one) => !ok.some((other) => dominatesValues(other.values, one.values)));
    assert.deepEqual(new Set(archive), new Set(front));
  });
  it("stays within its limit", () => {
    const line = Array.from({ length: 3 * archiveLimit }, (_, i) => made([i, -i], 0));
    assert.equal(addToArchive([], line).length, archiveLimit);
  });
});

describe("what is read off a front", () => {
  const front = [made([-70, 2], 0), made([-76, 4], 0), made([-77, 10], 0), made([-77.5, 20], 0)];
  it("knee", () => assert.deepEqual(kneeOf(front)?.values, [-76, 4]));
  it("spread, the best included", () => {
    assert.deepEqual(
      spreadOf(front, 2).map(({ values }) => values[0]),
      [-77.5, -70],
    );
    assert.equal(spreadOf(front, 10).length, 4);
    assert.deepEqual(spreadOf([], 3), []);
  });
});

function made(values: readonly number[], violation: number): Individual {
  return { vector: values, values, limitedMs: [values.at(-1)!], violation };
}

/** The knapsack of the fixture: sums over genes, so that the true front is known. */
const genes = 20;
const space = createChoiceSpace({
  ...{ name: "knapsack", summary: "sums over genes", genes: { x: repeated(genes, [0, 1, 2, 3]) } },
  graph: () => assert.fail("no graph is needed"),
}) as unknown as Space;
const costOf = (x: readonly number[]) => x.reduce((total, option, i) => total + option * (1 + ((7 * i) % 5)), 0);
const gainOf = (x: readonly number[]) => x.reduce((total, option, i) => total + Math.sqrt(option * (i + 1)), 0);
const x = ({ x: options }: Architecture) => options as readonly number[];

function knapsack(maxMs: number | undefined, offset = 0): SearchProblem {
  return {
    space,
    accuracy: {
      ...{ name: "gain", space: "knapsack" },
      predictAll: (all) =>
        all.map((one) => {
          const accuracy = gainOf(x(one));
          return { accuracy, lowAccuracy: accuracy - 1, highAccuracy: accuracy + 1 };
        }),
    },
    platforms: [
      {
        maxMs,
        predictor: {
          platform: "cost",
          predictAll: async (all) =>
            all.map((one) => {
              const latencyMs = costOf(x(one)) + offset;
              return { latencyMs, lowMs: latencyMs * 0.9, highMs: latencyMs * 1.1, macs: 1, params: 1 };
            }),
        },
      },
    ],
    ...{ objectives: ["accuracy", "latency"], sure: false, level: 0.9 },
  };
}

async function end(problem: SearchProblem, options: SearchOptions, from?: SearchState): Promise<SearchState> {
  let last = from;
  for await (const state of searchFrom(problem, options, from)) last = state;
  return last!;
}

const volumeOf = ({ archive }: SearchState) =>
  hypervolume(
    archive.map(({ values }) => values),
    [0, 60],
  );

describe("search", () => {
  it("finds fronts as large as pymoo's NSGA-II with as many evaluations", async () => {
    const { evaluations, hypervolumes } = recorded.knapsack;
    const worst = Math.min(...hypervolumes);
    for (const seed of [1, 2, 3]) {
      const found = volumeOf(await end(knapsack(60), { evaluations, seed }));
      assert.ok(found >= worst, `${found} after ${worst}`);
    }
  });
  it("beats random draws, whatever the method", async () => {
    const best = async (method: SearchOptions["method"]) =>
      (await end(knapsack(40), { method, evaluations: 3000, seed: 1 })).best!.individual.values[0]!;
    const byChance = await best("random");
    for (const method of searchMethodNames.filter((name) => name !== "random"))
      assert.ok((await best(method)) < byChance, method);
  });
  it("keeps to the budget, of the interval's upper end where asked", async () => {
    for (const sure of [false, true]) {
      const { archive } = await end({ ...knapsack(30), sure }, { evaluations: 2000, seed: 1 });
      assert.ok(archive.length > 5);
      for (const { vector } of archive) assert.ok(costOf(vector) * (sure ? 1.1 : 1) <= 30);
    }
  });
  it("goes on from any state to the same end", async () => {
    for (const method of searchMethodNames) {
      const options = { method, evaluations: 1500, seed: 5 };
      const states: SearchState[] = [];
      for await (const state of searchFrom(knapsack(50), options)) states.push(state);
      for (const i of [0, 4, states.length - 2]) {
        const kept = JSON.parse(JSON.stringify(states[i])) as SearchState;
        assert.deepEqual(await end(knapsack(50), options, kept), states.at(-1));
      }
    }
  });
  it("ends early where no budget can be met, with the smallest", async () => {
    const state = await end(knapsack(5, 10), { evaluations: 1e6, seed: 1 });
    assert.equal(state.archive.length, 0);
    assert.deepEqual(state.smallestMs, [10]);
    assert.ok(state.evaluated < 5000);
  });
  it("starts with what meets a budget that random draws never do", async () => {
    const state = await end(knapsack(1), { evaluations: 300, seed: 1 });
    assert.ok(state.archive.some(({ vector }) => costOf(vector) <= 1));
  });
  it("evaluates a list of known architectures once, and nothing else", async () => {
    const random = createRandom(1);
    const architectures = Array.from({ length: 250 }, () => space.sample(random));
    const problem = knapsack(undefined);
    const listed = { ...problem, accuracy: { ...problem.accuracy, architectures } };
    const state = await end(listed, { evaluations: 1e6, seed: 1, population: 50 });
    const best = Math.max(...architectures.map((one) => gainOf(x(one))));
    assert.ok(-state.best!.individual.values[0]! >= best);
  });
  it("never chooses what no accuracy is known of", async () => {
    const problem = knapsack(undefined);
    const { predictAll } = problem.accuracy;
    const accuracy = {
      ...problem.accuracy,
      predictAll: async (all: readonly Architecture[]) =>
        (await predictAll(all)).map((one, i) => (x(all[i]!)[0] === 3 ? { ...one, accuracy: Number.NaN } : one)),
    };
    const { archive } = await end({ ...problem, accuracy }, { evaluations: 1000, seed: 1 });
    assert.ok(archive.length > 0 && archive.every(({ vector }) => vector[0] !== 3));
  });
  it("sees its state anew under predictors that have changed", async () => {
    const before = await end(knapsack(50), { evaluations: 1000, seed: 1 });
    const after = await restateUnder(knapsack(50, 20), before);
    assert.ok(after.archive.length > 0);
    for (const { vector, limitedMs } of after.archive)
      assert.ok(limitedMs[0] === costOf(vector) + 20 && limitedMs[0] <= 50);
  });
  it("is interrupted by a signal", async () => {
    await assert.rejects(end(knapsack(50), { evaluations: 1000, seed: 1, signal: AbortSignal.abort() }), {
      code: "interrupted",
    });
  });
});
