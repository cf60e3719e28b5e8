/**
 * The child process of the onnxruntime-node engine (wire.ts says what it speaks). Started as
 * `node onnxruntime-node-child.js <package>`; nothing else may import it.
 */
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { EngineSettings, OperatorTime, TimingPlan } from "./contract.js";
import {
  modelInputs,
  type NodeTensors,
  profilingOptions,
  takeOptimizedGraph,
  takeProfile,
} from "./onnxruntime-profile.js";
import { createStopwatch, enoughRuns } from "./process/stopwatch.js";
import { asFloats, randomValues, valuesOfType } from "./process/values.js";
import { decodeFloats, encodeFloats, type WireRequest } from "./process/wire.js";

const packageName = process.argv[2] ?? "onnxruntime-node";
const require = createRequire(import.meta.url);
const runtime = require(packageName) as typeof import("onnxruntime-node");

interface Loaded {
  readonly session: InferenceSession;
  readonly feeds: Record<string, Tensor>;
  readonly path: string;
  readonly threads: number;
  /** The optimised graph, where the model was prepared to be profiled. */
  readonly graph: NodeTensors | undefined;
  /** Which of its runs so far were timed. */
  readonly timed: number[];
  runs: number;
}
const loaded = new Map<number, Loaded>();
let handles = 0;

const levels = { all: "all", extended: "extended", basic: "basic", disabled: "disabled" } as const;

function sessionOptions({ processor, options }: EngineSettings): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: Number(options.threads ?? 1),
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: levels[(options.level ?? "all") as keyof typeof levels],
    executionProviders: processor === "gpu" ? ["webgpu"] : ["cpu"],
    logSeverityLevel: 3,
  };
}

async function prepare(path: string, profile: boolean, settings: EngineSettings): Promise<{ handle: number }> {
  const options = { ...sessionOptions(settings), ...(profile ? profilingOptions(path) : {}) };
  const session = await runtime.InferenceSession.create(path, options);
  const feeds = Object.fromEntries(
    inputsOf(session, path).map(({ name, type, shape }) => [name, randomTensor(type, shape)]),
  );
  const handle = handles++;
  loaded.set(handle, {
    session,
    feeds,
    path,
    threads: options.intraOpNumThreads ?? 1,
    graph: profile ? takeOptimizedGraph(path) : undefined,
    timed: [],
    runs: 0,
  });
  return { handle };
}

interface ModelInput {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** Versions before 1.22 do not tell what inputs they want, so the model itself is asked. */
function inputsOf(session: InferenceSession, path: string): ModelInput[] {
  const told: InferenceSession["inputMetadata"] | undefined = session.inputMetadata;
  return told === undefined ? modelInputs(path) : told.filter((input) => input.isTensor);
}

/** Versions before 1.17 leave it to the garbage collector. */
async function releaseSession(session: InferenceSession): Promise<void> {
  const release: InferenceSession["release"] | undefined = session.release;
  await release?.call(session);
}

function randomTensor(type: string, shape: readonly (number | string)[]): Tensor {
  const dims = shape.map((size) => (typeof size === "number" ? size : 1));
  const count = dims.reduce((product, size) => product * size, 1);
  return new runtime.Tensor(type as "float32", randomValues(type, count) as Float32Array, dims);
}

async function time(model: Loaded, plan: TimingPlan): Promise<{ wallMs: number[] }> {
  const { session, feeds } = model;
  const watch = createStopwatch(model.threads);
  for (let i = 0; i < plan.warmup; i++) await session.run(feeds);
  model.runs += plan.warmup;
  const wallMs: number[] = [];
  const started = performance.now();
  do {
    watch.start();
    await session.run(feeds);
    wallMs.push(watch.stop());
    model.timed.push(model.runs++);
  } while (!enoughRuns(wallMs.length, performance.now() - started, plan));
  return { wallMs };
}

/** Ends the profile; warm-up runs stand in it too. */
function operators(model: Loaded): { operators: OperatorTime[] } {
  if (model.graph === undefined) throw new Error("prepared without profile");
  model.session.endProfiling();
  const timed = takeProfile(model.path, model.graph);
  return {
    operators: timed.map((operator) => ({ ...operator, timesMs: model.timed.map((run) => operator.timesMs[run]!) })),
  };
}

async function run({ session, feeds }: Loaded, inputs: Readonly<Record<string, string>>) {
  const given = Object.entries(inputs).map(([name, text]) => {
    const dims = feeds[name]?.dims;
    if (dims === undefined) throw new Error(`the model has no input "${name}"`);
    const values = valuesOfType(feeds[name]!.type, decodeFloats(text));
    return [name, new runtime.Tensor(feeds[name]!.type as "float32", values as Float32Array, dims)] as const;
  });
  const results = await session.run({ ...feeds, ...Object.fromEntries(given) });
  const outputs = Object.entries(results).map(([name, tensor]) => [
    name,
    encodeFloats(asFloats(tensor.type, tensor.data as Float32Array)),
  ]);
  return { outputs: Object.fromEntries(outputs) as Record<string, string> };
}

async function answer(request: WireRequest): Promise<object> {
  switch (request.method) {
    case "describe":
      return { version: (require(`${packageName}/package.json`) as { version: string }).version };
    case "prepare":
      return prepare(request.model, request.profile, request.settings);
    case "time":
      return time(model(request.handle), request.plan);
    case "operators":
      return operators(model(request.handle));
    case "run":
      return run(model(request.handle), request.inputs);
    case "release":
      await releaseSession(model(request.handle).session);
      loaded.delete(request.handle);
      return {};
    default:
      return request satisfies never;
  }
}

function model(handle: number): Loaded {
  const found = loaded.get(handle);
  if (found === undefined) throw new Error(`no model ${handle}`);
  return found;
}

const rejected = (error: unknown) => ({
  reason: "rejected",
  message: error instanceof Error ? error.message : String(error),
});

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...request } = JSON.parse(line) as WireRequest & { id: number };
  const reply = await answer(request as WireRequest).then(
    (result) => ({ id, result }),
    (error: unknown) => ({ id, error: rejected(error) }),
  );
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
