import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chooseCores, coreMask } from "./cores.js";
import { gateOf, tooHot } from "./device.js";
import { parseFacts, phoneSlug } from "./facts.js";
import { pickFrequency } from "./frequency.js";
import { parsePhones } from "./link.js";
import { startsOf } from "./running.js";
import { serverAddress } from "./server.js";
import { parseState } from "./state.js";
import { findTool, toolVersions } from "./tool-files.js";
import { tflite } from "./tools/tflite.js";

test("devices are named after the phone's model", () => {
  const names = {
    "Pixel 6": "pixel6",
    "SM-G991B": "sm-g991b",
    "Redmi Note 8 Pro": "redminote8pro",
    "moto g(7)": "motog-7",
    "": "phone",
  };
  for (const [model, slug] of Object.entries(names)) assert.equal(phoneSlug(model), slug);
});

test("the list of phones gives states and the number of the connection", () => {
  const text = `1A2B  device usb:1-1 product:oriole model:Pixel_6 device:oriole transport_id:7
127.0.0.1:5555         unauthorized transport_id:9
XYZ no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com] usb:3-2 transport_id:2

`;
  assert.deepEqual(parsePhones(text), [
    { serial: "1A2B", state: "device", transport: "7" },
    { serial: "127.0.0.1:5555", state: "unauthorized", transport: "9" },
    { serial: "XYZ", state: "no permissions", transport: "2" },
  ]);
});

test("the server is where adb's own variables say", () => {
  assert.deepEqual(serverAddress({}), { host: "127.0.0.1", port: 5037 });
  assert.deepEqual(serverAddress({ ANDROID_ADB_SERVER_PORT: "6000", ANDROID_ADB_SERVER_ADDRESS: "box" }), {
    host: "box",
    port: 6000,
  });
  assert.deepEqual(serverAddress({ ADB_SERVER_SOCKET: "tcp:far:7000", ANDROID_ADB_SERVER_PORT: "6000" }), {
    host: "far",
    port: 7000,
  });
});

test("facts of a phone, also of one that tells little", () => {
  const facts = parseFacts(
    "S",
    "@model\nPixel 6\n@abi\narm64-v8a\n@android\n13\n@soc\n\ngs101\n@features\nFeatures\t: fp asimd asimdhp\n@cores\ncpu10 2802000\ncpu0 1803000\n",
  );
  assert.deepEqual(facts, {
    serial: "S",
    model: "Pixel 6",
    abi: "arm64-v8a",
    android: "13",
    soc: "gs101",
    features: ["fp", "asimd", "asimdhp"],
    cores: [
      { core: 0, maxKhz: 1803000 },
      { core: 10, maxKhz: 2802000 },
    ],
  });
  assert.deepEqual(parseFacts("S", "").cores, []);
});

test("cores: the fastest or slowest first, as many as threads", () => {
  const cores = [1800, 1800, 2250, 2800].map((maxKhz, core) => ({ core, maxKhz }));
  assert.deepEqual(chooseCores(cores, "big", 1), [3]);
  assert.deepEqual(chooseCores(cores, "big", 3), [3, 2, 1]);
  assert.deepEqual(chooseCores(cores, "little", 2), [0, 1]);
  assert.deepEqual(chooseCores(cores, "all", 1), [0, 1, 2, 3]);
  assert.throws(() => chooseCores(cores, "big", 5), { code: "unknown-platform" });
  assert.deepEqual(chooseCores([], "big", 4), []);
  assert.equal(coreMask([3, 2, 0]), "d");
  assert.equal(coreMask([40]), "10000000000");
});

test("temperatures: whatever the unit, of CPU sensors that are on; else Android's own service", () => {
  const zones = "@zones\nBIG 41500\ncpu-0-1-usr 43\nmtktscpu 447\nbattery 99000\ncpu-off -274000\npa-therm0\n";
  const state = parseState(
    `${zones}@battery\n  temperature: 291\n@frequency\n2802000\n@governor\nschedutil\n@load\n0.5 0.4 0.3\n`,
  );
  assert.deepEqual(state, {
    cpuCelsius: 44.7,
    batteryCelsius: 29.1,
    frequencyMhz: 2802,
    governor: "schedutil",
    load: 0.5,
  });
  const service =
    "@thermal\n\tTemperature{mValue=35.1, mType=0, mName=CPU0, mStatus=0}\n\tTemperature{mValue=37.9, mType=0, mName=CPU1, mStatus=0}\n";
  assert.equal(parseState(service).cpuCelsius, 37.9);
  assert.ok(Object.values(parseState("")).every((value) => value === undefined));
});

test("the gate looks at both temperatures, and what is not told does not hold it up", () => {
  const gate = gateOf({ LITEPRED_ANDROID_CPU_CELSIUS: "50" });
  assert.deepEqual(gate, { cpuCelsius: 50, batteryCelsius: 40, waitMs: 300_000 });
  assert.deepEqual(
    [{ cpuCelsius: 51 }, { cpuCelsius: 50, batteryCelsius: 41 }, {}].map((state) => tooHot(state, gate)),
    [true, true, false],
  );
});

test("a clock is one of those that the phone lists", () => {
  assert.equal(pickFrequency([300000, 1197000, 2802000], "1197", 2802000), 1197000);
  assert.equal(pickFrequency([300000], "max", 2802000), 2802000);
  assert.equal(pickFrequency([], "1500", 0), 1500000);
  assert.throws(() => pickFrequency([300000, 1197000], "1200", 0), { hint: /300, 1197/ });
});

test("a plan's runs are spread over starts, and fit into its time", () => {
  const plan = { warmup: 3, runs: 30, maxMs: 1500, tolerance: 0 };
  const slow = { averageMs: 200, minMs: 200, maxMs: 200 };
  assert.deepEqual(startsOf(plan, slow, true)[0], { warmup: 3, runs: 10, maxMs: 500 });
  assert.deepEqual(
    startsOf(plan, slow, false).map(({ runs }) => runs),
    [2, 2, 2],
  );
  assert.equal(startsOf(plan, { averageMs: 0, minMs: 0, maxMs: 0 }, false)[0]!.runs, 10);
  assert.equal(startsOf({ ...plan, runs: 1 }, slow, true).length, 1);
});

test("tools are found by ABI, engine and version, the newest by number", () => {
  const home = mkdtempSync(join(tmpdir(), "litepred-tools-"));
  const place = (version: string) => {
    mkdirSync(join(home, "android-tools", "arm64-v8a", `tflite@${version}`), { recursive: true });
    writeFileSync(join(home, "android-tools", "arm64-v8a", `tflite@${version}`, "benchmark_model"), "");
  };
  for (const version of ["2.7", "2.14", "2.1"]) place(version);
  assert.deepEqual(toolVersions(tflite, "arm64-v8a", home), ["2.14", "2.7", "2.1"]);
  assert.equal(findTool(tflite, "", "arm64-v8a", home).version, "2.14");
  assert.equal(findTool(tflite, "2.1", "arm64-v8a", home).version, "2.1");
  for (const [version, abi] of [
    ["2.8", "arm64-v8a"],
    ["", "armeabi-v7a"],
  ] as const)
    assert.throws(() => findTool(tflite, version, abi, home), {
      code: "engine-unavailable",
      message: /benchmark_model/,
      hint: /bazel/,
    });
  rmSync(home, { recursive: true });
});
