/** Kernels timed in context per hour on this machine's ONNX Runtime: distinct configs, and nodes, of the networks that say most per second. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../src/measurements/index.js";
import { profileInContext } from "../src/measuring/index.js";
import { networkKernels } from "../src/sampling/index.js";
import { openLocalPlatform, rulesOf } from "../src/workspace/index.js";
import type { BenchResult } from "./result.js";

const minutes = 1;

export default async function* run(): AsyncGenerator<BenchResult> {
  const home = mkdtempSync(join(tmpdir(), "litepred-bench-"));
  try {
    const local = await openLocalPlatform("local/cpu/onnxruntime-node/fp32", home);
    const store = await openStore(home);
    const started = performance.now();
    const { kernels } = await profileInContext({ store, local, networks: 500, minutes, seed: 1 });
    const hours = (performance.now() - started) / 3.6e6;
    let nodes = 0;
    for (const { subject } of await store.query({ platform: local.id, kind: "model", purpose: "in-model" }))
      if (subject.kind === "model")
        nodes += (await networkKernels(subject.name, rulesOf(local.platform)))?.kernels.length ?? 0;
    await store.close();
    yield {
      what: "kernels timed in context per hour",
      value: nodes / hours,
      unit: "kernels",
      goal: { atLeast: 150_000 },
    };
    yield { what: "distinct configs among them per hour", value: kernels / hours, unit: "configs" };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
