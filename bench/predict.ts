/** Cold start of `litepred predict`, and whole graphs predicted per second, with the predictor that the workspace has. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, median, packagePath } from "../src/base/index.js";
import { detectKernels } from "../src/kernels/index.js";
import { openPool } from "../src/pool/index.js";
import { loadPlatformPredictor } from "../src/predictors/index.js";
import { onnxRuntime } from "../src/runtime/index.js";
import { buildExampleModel, kernelLists, loadSpace } from "../src/spaces/index.js";
import { resolvePlatformId } from "../src/workspace/index.js";
import { writeOnnx } from "../src/writers/index.js";
import type { BenchResult } from "./result.js";

const home = process.env.LITEPRED_HOME ?? ".litepred";
const graphCount = 2000;
/** Graphs at a time, as in a step of a search. */
const batch = 100;
/** Graphs before the clock starts, until the engine has compiled what runs often. */
const warmUp = 500;

export default async function* run(): AsyncGenerator<BenchResult> {
  const id = await resolvePlatformId("local/cpu/onnxruntime-node/fp32", home);
  const known = openPool(home)
    .list()
    .entries.some((entry) => entry.platform === id);
  if (!known) {
    yield { what: "prediction", skipped: `no predictor of ${id} in ${home}: run npm start first` };
    return;
  }
  const cold = coldPredictSeconds();
  const what = "cold predict of MobileNetV2";
  yield typeof cold === "string" ? { what, skipped: cold } : { what, value: cold, unit: "s", goal: { atMost: 1 } };
  yield* graphsPerSecond(id);
}

/** Or why it did not work. */
function coldPredictSeconds(): number | string {
  const folder = mkdtempSync(join(tmpdir(), "litepred-bench-"));
  try {
    const model = join(folder, "model.onnx");
    writeFileSync(model, writeOnnx(buildExampleModel("mobilenet-v2")));
    const seconds: number[] = [];
    while (seconds.length < 5) {
      const started = performance.now();
      const command = [packagePath("bin", "litepred.js"), "--home", home, "predict", model];
      const { status, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
      if (status !== 0) return stderr.trim();
      seconds.push((performance.now() - started) / 1000);
    }
    return median(seconds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* graphsPerSecond(id: string): AsyncGenerator<BenchResult> {
  const predictor = await loadPlatformPredictor(openPool(home).load(id), onnxRuntime);
  const { rules } = predictor;
  const space = await loadSpace("ofa-mobilenetv3");
  const random = createRandom("bench/predict");
  const kernelsOf = kernelLists(space, rules);
  const spent = { listingMs: 0, detectionMs: 0, predictionMs: 0 };
  for (let done = -warmUp; done < graphCount; done += batch) {
    const begun = performance.now();
    const architectures = Array.from({ length: batch }, () => space.sample(random));
    architectures.map(kernelsOf);
    const listed = performance.now();
    const graphs = architectures.map((architecture) => space.toGraph(architecture));
    const started = performance.now();
    const models = graphs.map((graph) => detectKernels(graph, rules));
    const detected = performance.now();
    await predictor.predictAll(models);
    if (done < 0) continue;
    spent.listingMs += listed - begun;
    spent.detectionMs += detected - started;
    spent.predictionMs += performance.now() - detected;
  }
  await predictor.release();
  const perSecond = (ms: number) => (graphCount * 1000) / ms;
  yield {
    what: "graphs predicted per second, kernels known",
    value: perSecond(spent.predictionMs),
    unit: "/s",
    goal: { atLeast: 1000 },
  };
  yield {
    what: "architectures of a space drawn, turned into kernels and predicted per second",
    value: perSecond(spent.listingMs + spent.predictionMs),
    unit: "/s",
    goal: { atLeast: 1000 },
  };
  yield {
    what: "graphs detected and predicted per second",
    value: perSecond(spent.detectionMs + spent.predictionMs),
    unit: "/s",
    goal: { atLeast: 1000 },
  };
}
