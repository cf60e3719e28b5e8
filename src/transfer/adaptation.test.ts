import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { createUserKernelType, type KernelConfig } from "../kernels/index.js";
import { isPredictable } from "./adapted-kernel.js";
import { defaultMethod } from "./methods/default.js";
import type { AdaptationKernel, AdaptationTask, MeasureOutcome, Source } from "./types.js";

const type = createUserKernelType("block", ["hw", "cin", "stride"]);
const small = createUserKernelType("stem", ["hw", "cout"]);

/** A device with a latency formula: what a config costs is known exactly. */
type Device = (config: KernelConfig) => number;
const device =
  (speed: number, memory: number, launch: number): Device =>
  (config) => {
    const { hw, cin = 3, cout = 16, stride = 1 } = config as Record<string, number>;
    const work = (hw! * hw! * cin * cout) / stride ** 2;
    return launch + work / (1e5 * speed) + (hw! * hw! * (cin + cout)) / (1e5 * memory);
  };
const target = device(1, 3, 0.02);
const near = device(2.2, 5, 0.015);
const far: Device = (config) => 0.5 + 0.01 * Number(config.hw) ** 0.3;

const source = (platform: string, of: Device): Source => ({
  platform,
  latencies: async (configs) => Float64Array.from(configs, of),
});

function configs(count: number, seed: number): KernelConfig[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({
    hw: 4 + random.integer(100),
    cin: 8 * (1 + random.integer(40)),
    stride: 1 + random.integer(2),
  }));
}
const stems = Array.from({ length: 9 }, (_, i) => ({ hw: 100 + 20 * i, cout: 16 + 8 * (i % 3) }));

function task(options: Partial<AdaptationTask> & { sources?: Source[] } = {}): AdaptationTask {
  const sources = options.sources ?? [source("near", near), source("far", far)];
  const kernels: AdaptationKernel[] = [
    { type, candidates: configs(300, 1), sources },
    { type: small, candidates: stems, sources: sources.slice(0, 1) },
  ];
  const measure = async (requests: readonly { config: KernelConfig }[]): Promise<MeasureOutcome[]> =>
    requests.map(({ config }) => ({ status: "measured", latencyMs: target(config) }));
  return { kernels, measure, budget: 60, seed: 1, ...options };
}

async function within10(adaptation: Awaited<ReturnType<typeof defaultMethod.adapt>>): Promise<number> {
  const fresh = configs(200, 99);
  const predictions = await adaptation.kernels.get("block")!.predict(fresh);
  return predictions.filter((p, i) => Math.abs(p.latencyMs / target(fresh[i]!) - 1) <= 0.1).length / fresh.length;
}

test("a known formula is learned from a like and an unlike source; the like one is named first", async () => {
  const adaptation = await defaultMethod.adapt(task());
  assert.equal(adaptation.measurementsUsed, 60);
  assert.ok((await within10(adaptation)) > 0.95);
  assert.equal(adaptation.kernels.get("block")!.donors[0], "near");
  assert.ok(adaptation.rounds.length > 1);
});

test("sources help: as many measurements from scratch do worse", async () => {
  const scratch = await defaultMethod.adapt(task({ sources: [], budget: 25 }));
  const transferred = await defaultMethod.adapt(task({ budget: 25 }));
  assert.deepEqual(scratch.kernels.get("block")!.donors, []);
  assert.ok((await within10(transferred)) >= (await within10(scratch)));
});

test("a kernel type that neither runs on the target nor has a source is told apart, and costs the others nothing", async () => {
  const adaptation = await defaultMethod.adapt(
    task({
      sources: [],
      measure: async (requests) =>
        requests.map(({ type: name, config }) =>
          name === "stem"
            ? { status: "failed", reason: "rejected" }
            : { status: "measured", latencyMs: target(config) },
        ),
    }),
  );
  assert.equal(isPredictable(adaptation.kernels.get("stem")!), false);
  assert.ok(adaptation.kernels.get("stem")!.weak);
  assert.equal(isPredictable(adaptation.kernels.get("block")!), true);
});

test("the same seed gives the same predictions", async () => {
  const [a, b] = [await defaultMethod.adapt(task({ budget: 25 })), await defaultMethod.adapt(task({ budget: 25 }))];
  const fresh = configs(5, 3);
  assert.deepEqual(await a.kernels.get("block")!.predict(fresh), await b.kernels.get("block")!.predict(fresh));
});

test("a target that fails on a third of its configs still adapts, and says which kernel type is weak", async () => {
  const random = createRandom(5);
  const adaptation = await defaultMethod.adapt(
    task({
      measure: async (requests) =>
        requests.map(({ type: name, config }) =>
          name === "block" && random.next() < 1 / 3
            ? { status: "failed", reason: "crash" }
            : { status: "measured", latencyMs: target(config) },
        ),
    }),
  );
  const { failed, weak } = adaptation.kernels.get("block")!;
  assert.ok(failed > 5);
  assert.match(weak!, /failed/);
  assert.equal(adaptation.measurementsUsed, 60);
  assert.ok((await within10(adaptation)) > 0.9);
});

test("a kernel type of which nothing can be measured is predicted from its sources, weakly", async () => {
  const adaptation = await defaultMethod.adapt(
    task({
      measure: async (requests) =>
        requests.map(({ type: name, config }) =>
          name === "stem"
            ? { status: "failed", reason: "rejected" }
            : { status: "measured", latencyMs: target(config) },
        ),
    }),
  );
  const stem = adaptation.kernels.get("stem")!;
  assert.match(stem.weak!, /all \d+ configs failed: rejected/);
  const [prediction] = await stem.predict([stems[0]!]);
  assert.ok(prediction!.lowMs < prediction!.latencyMs && prediction!.latencyMs < prediction!.highMs);
});

test("a third of the measurements fail and one kernel type has no source at all: both are adapted, weak ones are named", async () => {
  let asked = 0;
  const all = task();
  const adaptation = await defaultMethod.adapt({
    ...all,
    kernels: [all.kernels[0]!, { ...all.kernels[1]!, sources: [] }],
    measure: async (requests) =>
      requests.map(({ config }) =>
        asked++ % 3 === 0 ? { status: "failed", reason: "crash" } : { status: "measured", latencyMs: target(config) },
      ),
  });
  const [block, stem] = [adaptation.kernels.get("block")!, adaptation.kernels.get("stem")!];
  assert.match(block.weak!, /failed/);
  assert.ok(stem.failed > 0);
  assert.deepEqual(stem.donors, []);
  assert.ok((await within10(adaptation)) > 0.9);
  const [prediction] = await stem.predict([stems[4]!]);
  assert.ok(Math.abs(prediction!.latencyMs / target(stems[4]!) - 1) < 0.3);
});

test("nonsense of the target counts as a failure; nothing measured at all is an error", async () => {
  const zero = task({ measure: async (requests) => requests.map(() => ({ status: "measured", latencyMs: 0 })) });
  await assert.rejects(defaultMethod.adapt(zero), { code: "no-data" });
});

test("it stops at the goal, long before the budget", async () => {
  const goal = { metric: "within10", value: 0.5 } as const;
  const adaptation = await defaultMethod.adapt(task({ budget: 250, goal }));
  assert.equal(adaptation.goalReached, true);
  assert.ok(adaptation.measurementsUsed < 250);
});

test("an abort ends it", async () => {
  await assert.rejects(defaultMethod.adapt(task({ signal: AbortSignal.abort() })), { code: "interrupted" });
});

test("intervals cover about as often as they say", async () => {
  const random = createRandom(8);
  const noisy = (config: KernelConfig) => target(config) * Math.exp(0.05 * random.normal());
  const adaptation = await defaultMethod.adapt(
    task({
      budget: 70,
      measure: async (requests) => requests.map(({ config }) => ({ status: "measured", latencyMs: noisy(config) })),
    }),
  );
  const fresh = configs(400, 77);
  const predictions = await adaptation.kernels.get("block")!.predict(fresh, 0.9);
  const covered = predictions.filter((p, i) => {
    const ms = noisy(fresh[i]!);
    return p.lowMs <= ms && ms <= p.highMs;
  }).length;
  assert.ok(covered / 400 > 0.82 && covered / 400 < 0.98, `${covered / 400}`);
});
