import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { deviceSlug, parseCpuInfo } from "./cpu.js";
import { gpuSlug, readGpuModel } from "./gpu.js";
import { isLocal, resolveLocal } from "./local.js";
import { formatPlatformId, parsePlatformId } from "./platform.js";

test("an id is read into its parts and written back with sorted options", () => {
  const platform = parsePlatformId("pixel6/gpu/tflite@2.7/int8?threads=2&level=all");
  assert.deepEqual(platform, {
    device: "pixel6",
    processor: "gpu",
    engine: "tflite",
    version: "2.7",
    precision: "int8",
    options: { threads: "2", level: "all" },
  });
  assert.equal(formatPlatformId(platform), "pixel6/gpu/tflite@2.7/int8?level=all&threads=2");
  assert.equal(formatPlatformId(parsePlatformId("local/cpu/ncnn/fp32")), "local/cpu/ncnn/fp32");
});

test("what is not an id is refused with the part at fault and an example", () => {
  for (const [id, fault] of [
    ["local", /form/],
    ["a/cpu/b/fp32/x", /form/],
    ["../cpu/b/fp32", /".."/],
    ["a/dsp/b/fp32", /"dsp"/],
    ["a/cpu/b@/fp32", /"b@"/],
    ["a/cpu/b/fp64", /"fp64"/],
    ["a/cpu/b/fp32?threads", /"threads"/],
    ["a/cpu/b/fp32?t=1&t=2", /twice/],
    ["", /form/],
  ] as const)
    assert.throws(() => parsePlatformId(id), { code: "unknown-platform", message: fault, hint: /e\.g\./ });
});

const cpu = (model: string, rest = "") => parseCpuInfo(`model name\t: ${model}\n${rest}`, { model: "", cores: 2 });

test("devices are named after their CPU", () => {
  assert.equal(deviceSlug(cpu("Intel(R) Xeon(R) Platinum 8488C")), "xeon-8488c");
  assert.equal(deviceSlug(cpu("AMD EPYC", "cpu family\t: 25\nmodel\t\t: 17\n")), "epyc-f25m17");
  assert.equal(deviceSlug(cpu("AMD EPYC 7R13 48-Core Processor")), "epyc-7r13");
  assert.equal(deviceSlug(cpu("AMD Ryzen 7 5800X 8-Core Processor")), "ryzen-7-5800x");
  assert.equal(deviceSlug(cpu("Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz")), "i7-8700");
  assert.equal(deviceSlug(cpu("11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz")), "i5-1135g7");
  assert.equal(deviceSlug(parseCpuInfo("", { model: "Apple M2 Pro", cores: 10 })), "m2-pro");
  assert.equal(deviceSlug(parseCpuInfo("", { model: "", cores: 1 })), "machine");
});

test("CPU facts come from the first processor's lines", () => {
  const facts = cpu("AMD EPYC", "cpu family : 25\nmodel : 17\nflags : fpu avx2 avx512f\nvendor_id : AuthenticAMD");
  assert.deepEqual(facts, {
    model: "AMD EPYC",
    vendor: "AuthenticAMD",
    family: 25,
    modelNumber: 17,
    flags: ["fpu", "avx2", "avx512f"],
    cores: 2,
  });
});

test("local becomes this machine, with the version that is installed", () => {
  const here = { cpu: cpu("AMD EPYC 7R13") };
  const platform = parsePlatformId("local/cpu/onnxruntime-node/fp32");
  assert.equal(
    formatPlatformId(resolveLocal(platform, () => "1.30.0", here)),
    "epyc-7r13/cpu/onnxruntime-node@1.30.0/fp32",
  );
  const phone = parsePlatformId("pixel6/cpu/tflite/fp32");
  assert.equal(
    resolveLocal(phone, () => "9", here),
    phone,
  );
  assert.equal(isLocal(resolveLocal(platform, undefined, here), here), true);
});

test("a machine's GPU is named after both, where its driver tells the model", () => {
  const machine = { cpu: cpu("Intel(R) Xeon(R) Platinum 8488C"), gpu: "NVIDIA H100 80GB HBM3" };
  const gpu = resolveLocal(parsePlatformId("local/gpu/ncnn/fp32"), () => "1", machine);
  assert.equal(formatPlatformId(gpu), "xeon-8488c+h100-80gb-hbm3/gpu/ncnn@1/fp32");
  assert.equal(isLocal(gpu, machine), true);
  assert.equal(isLocal(gpu, { cpu: machine.cpu }), false);
  assert.equal(resolveLocal(parsePlatformId("local/cpu/ncnn/fp32"), () => "1", machine).device, "xeon-8488c");
  assert.equal(gpuSlug("Tesla V100-SXM2-16GB"), "v100-sxm2-16gb");
});

test("the GPU's model is read from its driver's folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "litepred-gpu-"));
  try {
    assert.equal(readGpuModel(folder), undefined);
    mkdirSync(join(folder, "0000:00:1e.0"));
    writeFileSync(join(folder, "0000:00:1e.0", "information"), "Model: \t\t NVIDIA H200\nIRQ: 11\n");
    assert.equal(readGpuModel(folder), "NVIDIA H200");
    assert.equal(readGpuModel(join(folder, "none")), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
