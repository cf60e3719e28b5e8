/**
 * The contract kit of engines: run it over every engine that is installed. An engine must tell what it is, run a model,
 * compute what the model says (so that nothing is timed while computing something else), refuse what is no model
 * without harm to the next one, and stop.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createRandom, LitepredError } from "../../src/base/index.js";
import { type Engine, EngineFailure, type EngineSettings, type RunningEngine } from "../../src/engines/index.js";
import { createGraphBuilder, type Graph } from "../../src/graph/index.js";

export interface EngineKit {
  readonly name: string;
  load(): Promise<Engine>;
  /** Graph with values in its constants → model in the engine's format. */
  encode(graph: Graph): Uint8Array;
  /** Largest error of an output, relative to the largest output. Default 1e-4. */
  readonly tolerance?: number;
}

const settings: EngineSettings = { processor: "cpu", precision: "fp32", options: {} };
const plan = { warmup: 1, runs: 5, maxMs: 1000 };

export function checkEngine(kit: EngineKit): void {
  const check = (what: string, work: (engine: Engine) => Promise<void>) =>
    test(`engine ${kit.name}: ${what}`, async (context: TestContext) => {
      const engine = await kit.load();
      if (await isMissing(engine)) return context.skip("not installed");
      await work(engine);
    });

  check("describes itself", async (engine) => {
    const description = await engine.describe();
    assert.equal(description.name, engine.name);
    assert.match(description.version, /\d/);
    assert.ok(description.processors.length > 0 && description.precisions.includes("fp32"));
    for (const option of description.options)
      assert.ok(option.choices === undefined || option.choices.includes(option.default), `default of ${option.name}`);
  });

  check("refuses settings that it does not have", async (engine) => {
    const wrong: Partial<EngineSettings>[] = [
      { processor: "npu" },
      { options: { nonsense: "1" } },
      { options: { threads: "many" } },
    ];
    for (const part of wrong)
      await assert.rejects(engine.start({ ...settings, ...part }), { name: "LitepredError", code: "unknown-platform" });
  });

  check("times a model, several models beside each other, and computes what they say", (engine) =>
    withRunning(engine, async (running) => {
      const { graph, input, output } = reference();
      const model = await running.prepare(kit.encode(graph));
      const other = await running.prepare(kit.encode(reference(2).graph));
      const times = await model.time(plan);
      assert.equal(times.length, 5);
      for (const time of times) assert.ok(time > 0 && time < 1000, `${time} ms`);
      await other.release();
      const [found] = Object.values(await model.run({ [graph.inputs[0]!]: input }));
      assertClose(found!, output, kit.tolerance ?? 1e-4);
      await model.release();
    }),
  );

  check("times by operator cover the run, or are refused", (engine) =>
    withRunning(engine, async (running) => {
      const { kernelTiming } = await engine.describe();
      const model = await running.prepare(kit.encode(reference().graph), { profile: kernelTiming !== "isolated" });
      const runs = [...(await model.time(plan)), ...(await model.time({ ...plan, warmup: 0 }))];
      const timed = model.operators();
      if (kernelTiming === "isolated") return void (await timed.catch(assertFailure("rejected")));
      const operators = await timed;
      assert.ok(operators.length > 0);
      for (const { name, timesMs } of operators) assert.ok(timesMs.length > 0 && timesMs.length <= runs.length, name);
    }),
  );

  check("rejects what is no model, and goes on", (engine) =>
    withRunning(engine, async (running) => {
      await assert.rejects(running.prepare(new Uint8Array(64).fill(7)), assertFailure("rejected", "crash"));
      const model = await running.prepare(kit.encode(reference().graph));
      assert.equal((await model.time({ ...plan, runs: 3 })).length, 3);
      await model.release();
    }),
  );

  check("a model that takes too long to load is a timeout, and the next one works", (engine) =>
    withRunning(engine, async (running) => {
      await assert.rejects(running.prepare(kit.encode(reference().graph), { timeoutMs: 1 }), assertFailure("timeout"));
      await (await running.prepare(kit.encode(reference().graph))).release();
    }),
  );
}

async function isMissing(engine: Engine): Promise<boolean> {
  try {
    await engine.describe();
    return false;
  } catch (error) {
    if (error instanceof LitepredError && error.code === "engine-unavailable") return true;
    throw error;
  }
}

async function withRunning(engine: Engine, work: (running: RunningEngine) => Promise<void>): Promise<void> {
  const running = await engine.start(settings);
  try {
    await work(running);
  } finally {
    await running.close();
  }
}

const assertFailure =
  (...reasons: string[]) =>
  (error: unknown) => {
    assert.ok(error instanceof EngineFailure, String(error));
    assert.ok(reasons.includes(error.reason), `${error.reason}: ${error.message}`);
    return true;
  };

function assertClose(found: Float32Array, expected: Float32Array, tolerance: number): void {
  assert.equal(found.length, expected.length);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  assert.ok(scale > 0, "the reference is not all zero");
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(found[i]! - value) <= tolerance * scale, `output ${i}: ${found[i]} instead of ${value}`);
}

/** A convolution with bias and ReLU, worked out by plain loops: 3×3, padding 1, stride 2, 4 → 5 channels of 7×6. */
function reference(seed = 1): { graph: Graph; input: Float32Array; output: Float32Array } {
  const random = createRandom(seed);
  const values = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const [cin, h, w, cout, oh, ow] = [4, 7, 6, 5, 4, 3];
  const [input, weight, bias] = [values(cin * h * w), values(cout * cin * 9), values(cout)];
  const b = createGraphBuilder("reference");
  const conv = b.node(
    "Conv",
    [b.input("x", [1, cin, h, w]), b.constant([cout, cin, 3, 3], weight), b.constant([cout], bias)],
    { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] },
  );
  const at = (c: number, y: number, x: number) =>
    y < 0 || x < 0 || y >= h || x >= w ? 0 : input[(c * h + y) * w + x]!;
  const output = new Float32Array(cout * oh * ow);
  for (let i = 0; i < output.length; i++) {
    const [o, y, x] = [Math.floor(i / (oh * ow)), Math.floor(i / ow) % oh, i % ow];
    let total = bias[o]!;
    for (let k = 0; k < cin * 9; k++)
      total +=
        weight[o * cin * 9 + k]! * at(Math.floor(k / 9), 2 * y - 1 + (Math.floor(k / 3) % 3), 2 * x - 1 + (k % 3));
    output[i] = Math.max(0, total);
  }
  return { graph: b.build([b.node("Relu", [conv])]), input, output };
}
