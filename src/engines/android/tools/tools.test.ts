import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { packagePath } from "../../../base/index.js";
import { EngineFailure, type EngineSettings } from "../../contract.js";
import { mindsporeLite, readMindsporeOperators, readMindsporeTimes } from "./mindspore-lite.js";
import { ncnn, readNcnnTimes, unpackNcnn } from "./ncnn.js";
import { readTfliteOperators, readTfliteTimes, tflite } from "./tflite.js";
import { failureOf } from "./tool.js";

/** Recorded output of a tool, with its places for numbers filled. */
function recorded(name: string, values: Readonly<Record<string, string>> = {}): string {
  const text = readFileSync(packagePath("test", "devices", "android", "outputs", `${name}.txt`), "utf8");
  return text.replace(/@(\w+)@/g, (_, word: string) => values[word] ?? "0");
}

const nonsense = (error: unknown) => error instanceof EngineFailure && error.reason === "nonsense";
const settings: EngineSettings = { processor: "cpu", precision: "fp32", options: {} };
const run = { model: "m0", shapes: "[8,8,3]", settings, threads: 2, warmup: 3, runs: 10, maxMs: 500, profile: false };

test("benchmark_model: the last statistics count, not the warm-up's, in any build's form", () => {
  assert.deepEqual(readTfliteTimes(recorded("tflite", { count: "50", avg: "33209.4", max: "34005" })), {
    averageMs: 33.2094,
    medianMs: undefined,
    minMs: 33.2094,
    maxMs: 34.005,
    runs: 50,
  });
  const newer = readTfliteTimes(recorded("tflite-new-profile"));
  assert.ok(Math.abs(newer.averageMs - 3.79092) < 1e-9);
  assert.deepEqual([newer.medianMs, newer.minMs, newer.maxMs, newer.runs], [3.731, 3.19, 6.333, 261]);
  // A single run, and numbers with an exponent.
  assert.equal(readTfliteTimes("count=1 curr=1058871\n").averageMs, 1058.871);
  assert.equal(readTfliteTimes("count=9 first=1 curr=2 min=1 max=3 avg=1.09587e+06 std=4\n").averageMs, 1095.87);
  for (const text of ["", "STARTING!\n", "count=0\n"]) assert.throws(() => readTfliteTimes(text), nonsense);
});

test("benchmark_model: operators of the runs, not of the initialisation, whatever the columns", () => {
  const profile = recorded("tflite-profile", { half: "2.125", count: "50", avg: "4250", max: "4300" });
  assert.deepEqual(readTfliteOperators(profile), [
    { name: "k0/conv", operator: "CONV_2D", timesMs: [2.125] },
    { name: "k1/depthwise;k1/relu", operator: "DEPTHWISE_CONV_2D", timesMs: [2.125] },
  ]);
  assert.deepEqual(
    readTfliteOperators(recorded("tflite-new-profile")).map(({ operator, timesMs }) => [operator, timesMs[0]]),
    [
      ["Convolution (NHWC, F32) IGEMM", 2.001],
      ["TfLiteXNNPackDelegate", 1.69],
    ],
  );
  assert.throws(() => readTfliteOperators(recorded("tflite")), nonsense);
});

test("benchmark_model: settings become its flags", () => {
  const flags = (part: Partial<EngineSettings>, profile = false) =>
    tflite.arguments({ ...run, profile, settings: { ...settings, ...part } });
  assert.deepEqual(flags({}), [
    "--graph=m0.tflite",
    "--num_threads=2",
    "--warmup_runs=3",
    "--warmup_min_secs=0",
    "--num_runs=10",
    "--min_secs=0",
    "--max_secs=0.5",
  ]);
  assert.ok(
    flags({ options: { xnnpack: "off" } }, true)
      .join(" ")
      .endsWith("--use_xnnpack=false --enable_op_profiling=true"),
  );
  // On the GPU fp32 must be asked for: half floats are the delegate's default.
  assert.ok(flags({ processor: "gpu" }).includes("--gpu_precision_loss_allowed=false"));
  assert.ok(
    flags({ processor: "gpu", precision: "fp16", options: { backend: "cl" } })
      .join(" ")
      .endsWith("--use_gpu=true --gpu_precision_loss_allowed=true --gpu_backend=cl"),
  );
});

test("benchncnn: statistics, and a network that did not load", () => {
  assert.deepEqual(readNcnnTimes("            m0.param  min =   36.25  max =   38.47  avg =   37.28\n"), {
    minMs: 36.25,
    maxMs: 38.47,
    averageMs: 37.28,
  });
  assert.equal(readNcnnTimes(recorded("ncnn", { ms: "4.12" })).averageMs, 4.12);
  assert.throws(() => readNcnnTimes("layer Mystery not exists or registered\n m0 min = 0.00 max = 0.00 avg = 0.00"), {
    reason: "rejected",
  });
  assert.throws(() => readNcnnTimes("loop_count = 4\n"), nonsense);
  assert.deepEqual(
    ncnn.arguments({ ...run, settings: { ...settings, processor: "gpu", options: { cores: "little" } } }),
    ["10", "2", "1", "0", "0", "param=m0.param", "shape=[8,8,3]"],
  );
});

test("benchncnn: half floats are the phone's choice, so the precision must say them", () => {
  const refused = (processor: "cpu" | "gpu", precision: "fp32" | "fp16" | "int8", features: string[]) =>
    ncnn.refuses!({ ...settings, processor, precision }, features) !== undefined;
  assert.deepEqual(
    [refused("cpu", "fp32", ["asimdhp"]), refused("cpu", "fp16", ["asimdhp"]), refused("cpu", "fp32", ["asimd"])],
    [true, false, false],
  );
  assert.deepEqual(
    [refused("cpu", "fp16", []), refused("gpu", "fp32", []), refused("cpu", "int8", ["asimdhp"])],
    [true, true, false],
  );
});

test("benchncnn gets the .param and the inputs' sizes from the inside out", () => {
  const param = "7767517\n3 2\nInput a 0 1 x 0=8 1=6 2=3\nInput b 0 1 y 0=10\nReLU r 1 1 x out\n";
  const file = Buffer.concat([Buffer.from(`litepred-ncnn ${param.length}\n${param}`), Buffer.from([1, 2, 3])]);
  const { files, shapes } = unpackNcnn(file);
  assert.equal(Buffer.from(files.param).toString(), param);
  assert.equal(shapes, "[8,6,3],[10]");
  assert.throws(() => unpackNcnn(new Uint8Array(64).fill(7)), { reason: "rejected" });
});

test("MindSpore Lite's benchmark: statistics, operators, flags", () => {
  assert.deepEqual(readMindsporeTimes(recorded("mindspore-lite", { ms: "12.345000" })), {
    minMs: 12.345,
    maxMs: 12.345,
    averageMs: 12.345,
  });
  assert.deepEqual(readMindsporeOperators(recorded("mindspore-lite-profile", { ms: "3.55" })), [
    { name: "Default/Conv2DFusion-op0", operator: "Conv2D", timesMs: [3.55] },
    { name: "Default/head/MatMul-op7", operator: "MatMul", timesMs: [3.55] },
  ]);
  for (const read of [readMindsporeTimes, readMindsporeOperators])
    assert.throws(() => read("Segmentation fault"), nonsense);
  assert.ok(
    mindsporeLite.arguments({ ...run, settings: { ...settings, precision: "fp16" } }).includes("--enableFp16=true"),
  );
});

test("how a tool ended becomes a reason", () => {
  const reason = (exitCode: number, stderr: string) => failureOf(tflite, { exitCode, stdout: "", stderr }).reason;
  assert.equal(reason(139, ""), "crash");
  assert.equal(reason(134, "terminating with uncaught exception of type std::bad_alloc"), "out-of-memory");
  assert.equal(reason(137, ""), "out-of-memory");
  assert.equal(reason(1, "ERROR: Failed to load model m0.tflite"), "rejected");
  assert.equal(reason(126, "not executable: 64-bit ELF file"), "crash");
});
