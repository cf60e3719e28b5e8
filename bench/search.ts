/**
 * Candidates a search goes through per second: bred, encoded, their latency and accuracy predicted, and ranked, on the space and with
 * the sizes of OFA's own search, beside its published rate.
 */
import { loadAccuracy } from "../src/accuracy/index.js";
import { openPool } from "../src/pool/index.js";
import { loadPlatformPredictor } from "../src/predictors/index.js";
import { latencyOf, type SearchProblem, searchFrom } from "../src/search/index.js";
import { fixGenes, loadSpace } from "../src/spaces/index.js";
import type { BenchResult } from "./result.js";

/** One of the pool that ships, so that every machine does the same work. */
const platform = "xeon-f6m207/cpu/onnxruntime-node@1.30.0/fp32";
const maxMs = 6;
const candidates = Number(process.env.LITEPRED_BENCH_CANDIDATES ?? 1_000_000);
/** Of once-for-all's search, as the project's issue quotes it. */
const publishedRate = 5100;
const goalSeconds = 60;

export default async function* run(): AsyncGenerator<BenchResult> {
  const whole = await loadSpace("ofa-mobilenetv3");
  const accuracy = await loadAccuracy(undefined, whole);
  const space = fixGenes(whole, accuracy.fixed ?? {});
  const predictor = await loadPlatformPredictor(openPool("").load(platform));
  const problem: SearchProblem = {
    ...{ space, accuracy, platforms: [{ predictor: latencyOf(space, predictor), maxMs }] },
    ...{ objectives: ["accuracy", "latency"], sure: false, level: 0.9 },
  };
  const started = performance.now();
  const startedCpu = process.cpuUsage();
  let evaluated = 0;
  for await (const state of searchFrom(problem, { evaluations: candidates, seed: 1 })) evaluated = state.evaluated;
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(startedCpu);
  await predictor.release();
  const perSecond = evaluated / seconds;
  yield {
    what: `candidates a second (OFA's own search: about ${publishedRate})`,
    value: perSecond,
    unit: "/s",
    goal: { atLeast: 1e6 / goalSeconds },
  };
  yield { what: "a million candidates", value: 1e6 / perSecond, unit: "s", goal: { atMost: goalSeconds } };
  yield { what: "of processor time", value: (cpu.user + cpu.system) / evaluated, unit: "s" };
  yield {
    what: "memory at most",
    value: process.resourceUsage().maxRSS / 1024,
    unit: "MB",
    goal: { atMost: 1000 },
  };
}
