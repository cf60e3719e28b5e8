/**
 * Measuring on phones, against stand-ins behind the real adb server. Skipped where there is no `adb`
 * (Debian and Ubuntu: apt-get install adb).
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openLink } from "../../../src/engines/android/link.js";
import { EngineFailure, type RunningEngine } from "../../../src/engines/index.js";
import { createGraphBuilder, type Graph } from "../../../src/graph/index.js";
import { openStore } from "../../../src/measurements/index.js";
import { profileKernels, protocols } from "../../../src/profiling/index.js";
import { openLocalPlatform } from "../../../src/workspace/index.js";
import { writeNcnn, writeOnnx, writeTflite } from "../../../src/writers/index.js";
import { type AdbServer, hasAdb, startAdbServer } from "./adb.js";
import { type Phone, startPhone } from "./phone.js";
import { makeToolsFolder } from "./tools.js";

const adbMissing = (await hasAdb()) ? false : "no adb here (apt-get install adb)";
const plan = { warmup: 1, runs: 6, maxMs: 300, tolerance: 0 };
let server: AdbServer;
let home: string;

before(async () => {
  if (adbMissing) return;
  server = await startAdbServer();
  home = mkdtempSync(join(tmpdir(), "litepred-android-"));
  process.env.LITEPRED_ANDROID_TOOLS = makeToolsFolder();
});

after(async () => {
  if (adbMissing) return;
  await server.stop();
  rmSync(home, { recursive: true, force: true });
  rmSync(process.env.LITEPRED_ANDROID_TOOLS!, { recursive: true, force: true });
});

/** A test with a phone attached, and environment variables that are there for its time. */
function withPhone(
  name: string,
  options: Parameters<typeof startPhone>[0] & { readonly env?: Record<string, string> },
  body: (phone: Phone) => Promise<void>,
): void {
  test(name, { skip: adbMissing }, async () => {
    const phone = await startPhone(options);
    const environment = { ...process.env };
    Object.assign(process.env, options.env);
    try {
      await server.connect(phone);
      await body(phone);
    } finally {
      process.env = environment;
      await server.adb("disconnect", phone.serial).catch(() => {});
      await phone.close();
    }
  });
}

async function withEngine(id: string, body: (running: RunningEngine) => Promise<void>): Promise<void> {
  const { engine, platform } = await openLocalPlatform(id, home);
  const running = await engine.start(platform);
  try {
    await body(running);
  } finally {
    await running.close();
  }
}

const relu = (c: number): Graph => {
  const b = createGraphBuilder("relu");
  return b.build([b.node("Relu", [b.input("x", [1, c, 4, 4])])]);
};

withPhone("a phone is named after its model, and its own tool times a model on its fastest core", {}, async (phone) => {
  const { id, description } = await openLocalPlatform("pixel6/cpu/tflite/fp32", home);
  assert.equal(id, "pixel6/cpu/tflite@2.7/fp32");
  assert.equal(description.format, "tflite");
  assert.equal(
    (await openLocalPlatform("android/cpu/tflite@2.7/int8?threads=2", home)).id,
    "pixel6/cpu/tflite@2.7/int8?threads=2",
  );
  await withEngine(id, async (running) => {
    const model = await running.prepare(writeTflite(relu(3)));
    const times = await model.time(plan);
    assert.equal(times.length, 3);
    for (const time of times) assert.ok(time >= 0.3 && time < 4.3, `${time} ms`);
    const operators = await model.operators();
    assert.deepEqual(
      operators.map(({ operator, name }) => [operator, name]),
      [
        ["CONV_2D", "k0/conv"],
        ["DEPTHWISE_CONV_2D", "k1/depthwise;k1/relu"],
      ],
    );
    await assert.rejects(model.run({}), (error) => error instanceof EngineFailure && error.reason === "rejected");
    await model.release();
    assert.deepEqual(await running.device!.conditions(), {
      cpu: "Pixel 6, Tensor",
      cores: 5,
      governor: "sched_pixel",
      loadBefore: 0.42,
      loadAfter: 0.42,
      pinnedCore: 4,
      temperature: 41.5,
      batteryTemperature: 29.1,
      frequencyMhz: 2802,
    });
  });
  // Core 4 is the fastest.
  assert.deepEqual([...new Set(phone.log().filter((line) => line.startsWith("taskset")))], ["taskset 10"]);
  assert.equal(existsSync(join(phone.root, "data/local/tmp/litepred/run")), false, "nothing but the tools is left");
});

withPhone("threads and the choice of cores become a mask", {}, async (phone) => {
  for (const options of ["threads=2", "threads=2&cores=little", "threads=3&cores=all"])
    await withEngine(`pixel6/cpu/tflite/fp32?${options}`, async (running) => {
      await running.prepare(writeTflite(relu(3)));
    });
  assert.deepEqual(
    phone.log().filter((line) => line.startsWith("taskset")),
    ["taskset 18", "taskset 3"],
  );
});

withPhone("ncnn and MindSpore Lite are measured by theirs", {}, async (phone) => {
  await assert.rejects(
    withEngine("pixel6/cpu/ncnn/fp32", async () => {}),
    { code: "unknown-platform", message: /half floats/ },
  );
  await withEngine("pixel6/cpu/ncnn/fp16?threads=2&cores=little", async (running) => {
    const model = await running.prepare(writeNcnn(relu(3)));
    assert.equal((await model.time(plan)).length, 3);
    await assert.rejects(model.operators(), { reason: "rejected" });
  });
  assert.ok(phone.log().includes("benchncnn 2 2 1 -1 [4,4,3]"), phone.log().join("\n"));
  await withEngine("pixel6/cpu/mindspore-lite/fp32", async (running) => {
    const model = await running.prepare(writeOnnx(relu(3)));
    assert.equal((await model.time(plan)).length, 3);
    const operators = await model.operators();
    assert.deepEqual(
      operators.map(({ operator }) => operator),
      ["Conv2D", "MatMul"],
    );
  });
});

withPhone("a phone with the old shell protocol works, too", { shellV2: false, model: "Nexus 5X" }, async () => {
  await withEngine("nexus5x/cpu/tflite@2.7/fp32", async (running) => {
    assert.equal((await (await running.prepare(writeTflite(relu(3)))).time(plan)).length, 3);
    await assert.rejects(running.prepare(new Uint8Array(64).fill(7)), { reason: "rejected" });
  });
});

withPhone(
  "what is no model, what takes too long, and settings that it does not have are refused",
  {},
  async (phone) => {
    await withEngine("pixel6/cpu/tflite/fp32", async (running) => {
      await assert.rejects(running.prepare(new Uint8Array(64).fill(7)), {
        name: "EngineFailure",
        reason: "rejected",
        message: /Failed to load/,
      });
      await assert.rejects(running.prepare(writeTflite(relu(5)), { timeoutMs: 1 }), { reason: "timeout" });
      assert.equal((await (await running.prepare(writeTflite(relu(5)))).time(plan)).length, 3);
    });
    for (const wrong of [
      "pixel6/npu/tflite/fp32",
      "pixel6/cpu/tflite/bf16",
      "pixel6/cpu/tflite/fp32?nonsense=1",
      "pixel6/cpu/tflite/fp32?threads=9",
      "pixel6/cpu/tflite/fp32?freq=fast",
    ])
      await assert.rejects(
        withEngine(wrong, async () => {}),
        { code: "unknown-platform" },
        wrong,
      );
    phone.log();
  },
);

withPhone("what is missing is named: the phone, the engine, the tool's file", {}, async () => {
  await assert.rejects(openLocalPlatform("pixel7/cpu/tflite/fp32", home), {
    code: "engine-unavailable",
    hint: /pixel6/,
  });
  await assert.rejects(openLocalPlatform("pixel6/cpu/openvino/fp32", home), {
    message: /no engine "openvino" for phones/,
  });
  await assert.rejects(openLocalPlatform("pixel6/cpu/tflite@2.1/fp32", home), {
    message: /arm64-v8a\/tflite@2\.1\/benchmark_model/,
    hint: /bazel/,
  });
});

withPhone("phones that adb cannot use say what to do", { authorized: false }, async () => {
  await assert.rejects(openLocalPlatform("pixel6/cpu/tflite/fp32", home), {
    message: /unauthorized|offline|authorizing/,
    hint: /unlock|unplug/,
  });
});

withPhone("of two phones of one model the serial decides", {}, async (first) => {
  const second = await startPhone();
  try {
    await server.connect(second);
    await assert.rejects(openLocalPlatform("pixel6/cpu/tflite/fp32", home), {
      message: /2 phones/,
      hint: /ANDROID_SERIAL/,
    });
    process.env.ANDROID_SERIAL = second.serial;
    await withEngine("pixel6/cpu/tflite/fp32", async (running) => void (await running.prepare(writeTflite(relu(3)))));
    assert.deepEqual([first.log().length, second.log().length], [0, 2]);
    const word = first.serial.replace(":", "_");
    const { id } = await openLocalPlatform(`pixel6/cpu/tflite/fp32?serial=${word}`, home);
    assert.equal(id, `pixel6/cpu/tflite@2.7/fp32?serial=${word}`);
  } finally {
    delete process.env.ANDROID_SERIAL;
    await server.adb("disconnect", second.serial);
    await second.close();
  }
});

const clock = "sys/devices/system/cpu/cpu4/cpufreq";

withPhone("the clock is set where the phone allows it, and restored", { sysWritable: true }, async (phone) => {
  const range = () => [phone.read(`${clock}/scaling_min_freq`).trim(), phone.read(`${clock}/scaling_max_freq`).trim()];
  await assert.rejects(
    withEngine("pixel6/cpu/tflite/fp32?freq=1000", async () => {}),
    { hint: /max, 300, 1197, 2802/ },
  );
  await withEngine("pixel6/cpu/tflite/fp32?freq=1197", async () => assert.deepEqual(range(), ["1197000", "1197000"]));
  assert.deepEqual(range(), ["300000", "2802000"]);
});

withPhone("a phone that keeps its clock to itself is refused with freq=", {}, async () => {
  await assert.rejects(
    withEngine("pixel6/cpu/tflite/fp32?freq=max", async () => {}),
    { code: "unknown-platform", hint: /root/ },
  );
});

withPhone(
  "a hot phone is waited for, but not for ever",
  { env: { LITEPRED_ANDROID_COOLING_S: "1" } },
  async (phone) => {
    await withEngine("pixel6/cpu/tflite/fp32", async (running) => {
      phone.write("sys/class/thermal/thermal_zone0/temp", "75000\n");
      const start = performance.now();
      await running.device!.settle();
      assert.ok(performance.now() - start > 900);
      assert.equal((await running.device!.conditions()).temperature, 75);
      phone.write("sys/class/thermal/thermal_zone0/temp", "45000\n");
      await running.device!.settle();
    });
  },
);

const kernels = Array.from({ length: 24 }, (_, c) => ({ type: "relu", config: { c: c + 1 } }));
const graphOf = (_type: string, { c }: Readonly<Record<string, number | string>>) => relu(Number(c));
const protocol = { ...protocols.quick, kernelsPerModel: 4 };

/** Kernels measured into a store of its own. */
async function profileOn(folder: string) {
  const { engine, platform } = await openLocalPlatform("pixel6/cpu/tflite/fp32", home);
  const store = await openStore(folder);
  try {
    const result = await profileKernels({ store, engine, platform, kernels, graphOf, protocol });
    return { result, measurements: await store.query() };
  } finally {
    await store.close();
  }
}

const misbehaving = { env: { LITEPRED_ANDROID_TIMEOUT_S: "0.5" } };

withPhone(
  "a tool that crashes, hangs or talks nonsense costs one recorded failure each",
  misbehaving,
  async (phone) => {
    phone.write("misdeeds", "");
    const folder = mkdtempSync(join(tmpdir(), "litepred-store-"));
    const { result, measurements } = await profileOn(folder);
    assert.equal(result.measured + result.failed, kernels.length);
    const reasons = measurements.flatMap(({ outcome }) => (outcome.status === "failed" ? [outcome.reason] : []));
    assert.equal(reasons.length, result.failed);
    assert.ok(new Set(reasons).size >= 3, `${reasons}`);
    // Hanging tools were killed: none of them is running any more.
    const { stdout } = await promisify(execFile)("sh", ["-c", `ps -eo args | grep -c '[b]enchmark_model.*' || true`]);
    assert.ok(Number(stdout) === 0, `${stdout} tools left`);
    const before = phone.log().length;
    assert.deepEqual((await profileOn(folder)).result, { measured: 0, failed: 0, skipped: kernels.length });
    assert.equal(phone.log().length, before);
    rmSync(folder, { recursive: true });
  },
);

withPhone("a phone that is unplugged for a moment costs nothing", {}, async (phone) => {
  const folder = mkdtempSync(join(tmpdir(), "litepred-store-"));
  const running = profileOn(folder);
  await lines(phone, 40);
  await phone.unplug();
  await sleep(300);
  await phone.plugIn();
  await server.connect(phone);
  assert.deepEqual((await running).result, { measured: kernels.length, failed: 0, skipped: 0 });
  rmSync(folder, { recursive: true });
});

withPhone("a phone unplugged in the middle of a push is lost, and nothing else", {}, async (phone) => {
  const pushing = openLink(phone.serial).push(new Uint8Array(2e8), "/data/local/tmp/litepred/big", 0o644, 30_000);
  const lost = assert.rejects(pushing, { name: "PhoneLost" });
  await sleep(60);
  await phone.unplug();
  await lost;
});

withPhone(
  "a phone that stays away ends the run with what to do; the same call goes on from there",
  { env: { LITEPRED_ANDROID_RECONNECT_S: "0.5" } },
  async (phone) => {
    const folder = mkdtempSync(join(tmpdir(), "litepred-store-"));
    const running = assert.rejects(profileOn(folder), {
      code: "engine-unavailable",
      message: /Pixel 6 .* has gone/,
      hint: /same command/,
    });
    await lines(phone, 100);
    await phone.unplug();
    await running;
    await phone.plugIn();
    await server.connect(phone);
    const { result, measurements } = await profileOn(folder);
    assert.ok(result.skipped > 0, "what was measured is kept");
    assert.equal(result.measured + result.skipped, kernels.length);
    assert.equal(measurements.length, kernels.length, "none is measured twice");
    rmSync(folder, { recursive: true });
  },
);

async function lines(phone: Phone, count: number): Promise<void> {
  while (phone.log().length < count) await sleep(20);
}

const cli = fileURLToPath(new URL("../../../src/cli/main.js", import.meta.url));

async function litepred(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = `import { main } from ${JSON.stringify(cli)}; process.exitCode = await main(process.argv.slice(1));`;
  const command = ["--input-type=module", "-e", program, "--", ...args, "--home", home];
  return promisify(execFile)(process.execPath, command, { env: process.env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

withPhone("the command line lists phones, measures a model and profiles kernels", {}, async () => {
  const platforms = JSON.parse((await litepred("platforms", "--json")).stdout) as {
    platform: string;
    measurable: boolean;
  }[];
  assert.ok(platforms.some(({ platform, measurable }) => platform === "pixel6/cpu/tflite@2.7/fp32" && measurable));
  assert.match((await litepred("engines")).stdout, /pixel6: ncnn +│? *20240410|pixel6: ncnn.*20240410/);
  const model = join(home, "relu.tflite");
  writeFileSync(model, writeTflite(relu(7)));
  const measured = await litepred("measure", model, "--platform", "pixel6/cpu/tflite/fp32", "--json");
  assert.equal(measured.code, 0, measured.stderr);
  const [report] = JSON.parse(measured.stdout) as { platform: string; latencyMs: number; sessions: number }[];
  assert.equal(report!.platform, "pixel6/cpu/tflite@2.7/fp32");
  assert.ok(report!.latencyMs > 0.3 && report!.sessions === 3);
  const args = [
    "profile",
    "--platform",
    "pixel6/cpu/tflite/fp32",
    "--kernel",
    "relu",
    "--count",
    "6",
    "--models",
    "0",
    "--json",
  ];
  const profiled = await litepred(...args);
  assert.equal(profiled.code, 0, profiled.stderr);
  const result = JSON.parse(profiled.stdout) as { measured: number; failed: number };
  assert.ok(result.measured > 0 && result.failed === 0, profiled.stdout);
});
