/**
 * Candidates a search goes through per second: drawn or bred, encoded, predicted and ranked, on the space and with the defaults of
 * OFA's own search, beside its published rate. What accuracy costs is the predictor's affair: here it is a formula of MACs.
 */
import { openPool } from "../src/pool/index.js";
import { loadPlatformPredictor } from "../src/predictors/index.js";
import { onnxRuntime } from "../src/runtime/index.js";
import { type AccuracyPredictor, latencyOf, type LatencyPredictor, type SearchProblem, searchFrom } from "../src/search/index.js";
import { loadSpace } from "../src/spaces/index.js";
import type { BenchResult } from "./result.js";

const home = process.env.LITEPRED_HOME ?? ".litepred";
const candidates = Number(process.env.LITEPRED_BENCH_CANDIDATES ?? 1_000_000);
/** Cai et al. 2020 count about a million candidates in their search; what their notebook reports is this rate. */
const publishedRate = 5100;
const goalSeconds = 60;

export default async function* run(): AsyncGenerator<BenchResult> {
  const [entry] = openPool(home).list().entries.filter(({ platform }) => platform.includes("/cpu/") && platform.endsWith("/fp32"));
  const space = await loadSpace("ofa-mobilenetv3");
  const predictor = await loadPlatformPredictor(openPool(home).load(entry!.platform), onnxRuntime);
  const latency = latencyOf(space, predictor);
  const problem: SearchProblem = {
    space,
    accuracy: accuracyByMacs(latency),
    platforms: [{ predictor: latency, maxMs: 20 }],
    objectives: ["accuracy", "latency"],
    sure: false,
    level: 0.9,
  };
  const started = performance.now();
  let evaluated = 0;
  for await (const state of searchFrom(problem, { evaluations: candidates, seed: 1 })) evaluated = state.evaluated;
  const seconds = (performance.now() - started) / 1000;
  await predictor.release();
  const perSecond = evaluated / seconds;
  yield { what: `candidates a second (OFA's own search: about ${publishedRate})`, value: perSecond, unit: "/s", goal: { atLeast: 1e6 / goalSeconds } };
  yield { what: "a million candidates", value: 1e6 / perSecond, unit: "s", goal: { atMost: goalSeconds } };
  yield { what: "memory at most", value: process.resourceUsage().maxRSS / 1024, unit: "MB", goal: { atMost: 1000 } };
}

/** Increasing in MACs with less and less effect: no claim about any network. */
function accuracyByMacs(latency: LatencyPredictor): AccuracyPredictor {
  return {
    name: "a formula of MACs",
    space: "ofa-mobilenetv3",
    async predictAll(architectures) {
      const costs = await latency.predictAll(architectures);
      return costs.map(({ macs }) => {
        const accuracy = 80 - 400 / Math.sqrt(macs / 1e6);
        return { accuracy, lowAccuracy: accuracy - 1, highAccuracy: accuracy + 1 };
      });
    },
  };
}
