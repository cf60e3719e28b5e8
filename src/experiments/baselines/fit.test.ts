import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, LitepredError } from "../../base/index.js";
import { latencyMetrics } from "../../evaluation/index.js";
import { type Kernel, kernelTypeOf, projectConfig } from "../../kernels/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import type { MeasuredArchitecture } from "../transfer/report.js";
import { type BaselineTask, commonReferences, fitBaseline } from "./fit.js";
import { baselinesPage } from "./page.js";
import { lookedAtPerSpace, planBaselines, splitNetworks } from "./plan.js";
import { summariseBaselines } from "./report.js";

const types = ["conv-bn-relu", "dwconv-bn-relu"];
const msOf = ({ type, flops }: Kernel, speed: number) => 0.01 + flops / (type === types[0] ? 50e6 : 5e6) / speed;

function architectures(count: number): (MeasuredArchitecture & { readonly name: string })[] {
  const random = createRandom(1);
  return Array.from({ length: count }, (_, n) => {
    const kernels = Array.from({ length: 3 + random.integer(6) }, (_, k): Kernel => {
      const type = types[random.integer(2)]!;
      const size = 7 + random.integer(20);
      const config = projectConfig(type, {
        h: size,
        w: size,
        cin: 32,
        cout: 32 + 8 * random.integer(6),
        kernelSize: 3,
        stride: 1,
      });
      const row = kernelTypeOf(type);
      return { name: `k${k}`, type, config, flops: row.flops(config), params: row.params(config), nodes: [] };
    });
    const measuredMs = kernels.reduce((sum, kernel) => sum + msOf(kernel, 1), 0);
    return { name: `a/${n}`, space: "a", detection: { kernels, unsupported: [] }, measuredMs };
  });
}

function taskOf(): BaselineTask {
  const all = architectures(70);
  const kernels = all.slice(0, 40).flatMap(({ detection }) => detection.kernels);
  const slower = (speed: number) =>
    new Map(
      all.map(({ name, detection }) => [name, detection.kernels.reduce((sum, kernel) => sum + msOf(kernel, speed), 0)]),
    );
  return {
    backend: onnxRuntime,
    kernels: types.map((type) => {
      const own = kernels.filter((kernel) => kernel.type === type);
      return { type, configs: own.map(({ config }) => config), latenciesMs: own.map((kernel) => msOf(kernel, 1)) };
    }),
    looked: all.slice(0, 40),
    test: all.slice(40),
    others: [slower(0.5), slower(2), slower(3)],
    ...{ seed: 1, episodes: 40, epochs: 20, trees: 20 },
  };
}

test("every baseline predicts the made-up platform in order, and says what it looked at", async () => {
  const task = taskOf();
  const measured = task.test.map(({ measuredMs }) => measuredMs);
  for (const method of ["flops", "flops+params", "look-up", "nn-meter", "brp-nas", "help"] as const) {
    const outcome = await fitBaseline(method, task);
    assert.ok("predictedMs" in outcome, method);
    const { predictedMs, kernels, architectures: looked } = outcome;
    assert.equal(predictedMs.length, measured.length);
    assert.ok(
      predictedMs.every((ms) => ms > 0),
      method,
    );
    const { spearman } = latencyMetrics(predictedMs, measured);
    assert.ok(spearman > (method === "help" ? 0.2 : 0.4), `${method}: ${spearman}`);
    assert.ok(kernels + looked > 0);
    if (method === "help") assert.equal(looked, 20);
  }
});

test("a method that what was measured is too little for says so", async () => {
  const task = taskOf();
  for (const [method, less] of [
    ["help", { others: task.others.map(() => new Map()) }],
    ["help", { looked: task.looked.slice(0, 10) }],
    ["nn-meter", { kernels: [] }],
    ["flops", { looked: [] }],
  ] as const) {
    const outcome = await fitBaseline(method, { ...task, ...less });
    assert.ok("reason" in outcome && outcome.reason.length > 10, method);
  }
});

test("references are architectures that the other platforms measured too; a platform that lacks them is left out", () => {
  const { looked, others } = taskOf();
  const order = looked.map((_, i) => i).reverse();
  const lastTen = new Map([...others[0]!].filter(([name]) => looked.slice(-10).some((one) => one.name === name)));
  const few = new Map([...lastTen].slice(0, 3));
  const found = commonReferences(looked, order, [few, others[1]!, lastTen]);
  assert.deepEqual(found?.references, order.slice(0, 10));
  assert.deepEqual(found?.platforms, [others[1], lastTen]);
  assert.equal(commonReferences(looked, order, [few]), undefined);
});

test("seeds are summed up by target and method; the page names what was measured", () => {
  const cell = (seed: number, within10: number) => ({
    ...{
      target: "x",
      method: "nn-meter" as const,
      seed,
      kernels: 100,
      architectures: 0,
      profilingSeconds: 10,
      seconds: 1,
    },
    metrics: { n: 1, mape: 0.1, within5: 0.5, within10, rmseMs: 1, spearman: 1, kendall: 1 },
  });
  const rows = summariseBaselines([cell(1, 0.6), cell(2, 0.8)]);
  assert.equal(rows.length, 1);
  assert.ok(Math.abs(rows[0]!.within10 - 0.7) < 1e-12);
  const page = baselinesPage({
    date: "d",
    cpu: "c",
    platforms: ["x"],
    targets: [
      {
        target: "x",
        architectures: 12,
        test: 9,
        nnMeter: { types: 2, samples: 15_000, secondsEach: 0.1, seconds: 1500 },
      },
    ],
    rows,
    cells: [],
    notRun: [1, 3].map((seed) => ({ target: "x", method: "help" as const, seed, reason: "too few" })),
  });
  assert.match(page, /\* `help` was not run \(seeds 1, 3\): too few\./);
  assert.match(page, /\| nn-meter \| kernels \| 100 \| 10 \|/);
});

test("plans know the methods", () => {
  assert.equal(planBaselines(["flops", "help"], 2).length, 4);
  assert.throws(() => planBaselines(["magic"], 1), LitepredError);
  assert.throws(() => planBaselines(undefined, 0), LitepredError);
});

test("what is looked at and the test share nothing, are all there is, and change with the run", () => {
  const spaces = ["ofa-mobilenetv3", "proxylessnas", "ofa-resnet50", "fbnet", "attentivenas", "autoformer"];
  const networks = spaces.flatMap((space) => Array.from({ length: 40 }, (_, i) => ({ space, i })));
  const { looked, test: tested } = splitNetworks(networks, 1);
  assert.equal(looked.length, lookedAtPerSpace * spaces.length);
  assert.equal(new Set([...looked, ...tested]).size, networks.length);
  assert.notDeepEqual(splitNetworks(networks, 2).looked, looked);
  const few = networks.filter(({ i }) => i < 10);
  assert.equal(splitNetworks(few, 1).looked.length, 4 * spaces.length);
});
