import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSyntheticEngine, loadEngine, syntheticDevice, syntheticLatencyMs } from "../engines/index.js";
import { openStore } from "../measurements/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { protocols } from "./index.js";
import { profileKernels } from "./profile-kernels.js";

const homes: string[] = [];
const newStore = () => {
  homes.push(mkdtempSync(join(tmpdir(), "litepred-profile-")));
  return openStore(homes.at(-1)!);
};
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/** Its calls cost something, which is no kernel's; a kernel that computes nothing costs next to nothing. */
const device = { ...syntheticDevice, noise: 0.01, overheadMs: 0.0004, callMs: 0.001 };
const engine = createSyntheticEngine(device);
const platform = parsePlatformId("box/cpu/synthetic@1/fp32");
const id = "box/cpu/synthetic@1/fp32";
const quick = { ...protocols.quick, kernelsPerModel: 4 };
const relus = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    type: "fc",
    config: { rows: 1, cin: 32, cout: 16 * (i + 1), bias: "yes", activation: "none" },
  }));

test("every kernel is measured once, near its true latency, and not again", async () => {
  const store = await newStore();
  const kernels = relus(10);
  const progress: number[] = [];
  const request = { store, engine, platform, kernels: [...kernels, kernels[0]!], protocol: quick };
  const result = await profileKernels({ ...request, onProgress: ({ done }) => progress.push(done) });
  assert.deepEqual(result, { measured: 10, failed: 0, skipped: 1 });
  assert.deepEqual(progress, [10]);
  for (const { subject, outcome, protocol: stored } of await store.query({ platform: id, type: "fc" })) {
    assert.ok(subject.kind === "kernel" && outcome.status === "ok");
    const truth = syntheticLatencyMs(subject.type, subject.config, device);
    assert.ok(Math.abs(outcome.latencyMs / truth - 1) < 0.05, `${outcome.latencyMs} for ${truth}`);
    assert.deepEqual(stored, quick);
  }
  assert.deepEqual(await profileKernels(request), { measured: 0, failed: 0, skipped: 11 });
  assert.deepEqual(await profileKernels({ ...request, again: true }), { measured: 10, failed: 0, skipped: 1 });
  await store.close();
});

test("after an abort the same call goes on", async () => {
  const store = await newStore();
  const abort = new AbortController();
  const request = { store, engine, platform, kernels: relus(40), protocol: quick };
  const first = await profileKernels({ ...request, signal: abort.signal, onProgress: () => abort.abort() });
  assert.ok(first.measured > 0 && first.measured < 40, `${first.measured} measured`);
  const second = await profileKernels(request);
  assert.deepEqual(second, { measured: 40 - first.measured, failed: 0, skipped: first.measured });
  assert.equal((await store.query({ kind: "kernel" })).length, 40);
  await store.close();
});

test("onnxruntime-node: kernels of one bundle are told apart, reorders come along", async () => {
  const store = await newStore();
  const here = parsePlatformId("box/cpu/onnxruntime-node@1/fp32");
  const conv = (cout: number) => ({
    type: "conv-bn-relu",
    config: { h: 28, w: 28, cin: 64, cout, kernelH: 3, kernelW: 3, strideH: 1, strideW: 1 },
  });
  const kernels = [
    conv(32),
    conv(512),
    { type: "reorder", config: { direction: "to-nchwc", batch: 1, c: 64, h: 28, w: 28 } },
  ];
  const ort = await loadEngine("onnxruntime-node");
  const result = await profileKernels({ store, engine: ort, platform: here, kernels, protocol: quick });
  assert.equal(result.measured, 3);
  const measured = await store.query();
  const latencyOf = (cout: number) => {
    const found = measured.find(({ subject }) => subject.kind === "kernel" && subject.config.cout === cout);
    assert.ok(found?.outcome.status === "ok");
    return found.outcome.latencyMs;
  };
  assert.ok(latencyOf(512) > 4 * latencyOf(32), `${latencyOf(512)} against ${latencyOf(32)}`);
  assert.ok(measured.some(({ subject }) => subject.kind === "kernel" && subject.config.direction === "to-nchw"));
  await store.close();
});
