/**
 * Candidates a search goes through per second: drawn or bred, encoded, predicted and ranked, on the space and with the defaults of
 * OFA's own search, beside its published rate. What accuracy costs is the predictor's affair: here it is a formula of the options.
 */
import { openPool } from "../src/pool/index.js";
import { loadPlatformPredictor } from "../src/predictors/index.js";
import { onnxRuntime } from "../src/runtime/index.js";
import { type AccuracyPredictor, latencyOf, type SearchProblem, searchFrom } from "../src/search/index.js";
import { loadSpace, type Space } from "../src/spaces/index.js";
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
    accuracy: accuracyByOptions(space),
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

/** Larger options are better, with less and less effect: no claim about any network. */
const accuracyByOptions = (space: Space): AccuracyPredictor => ({
  name: "a formula",
  space: space.name,
  predictAll: (architectures) =>
    architectures.map((architecture) => {
      const sum = space.encode(architecture).reduce((total, option) => total + option, 1);
      const accuracy = 80 - 10 / sum;
      return { accuracy, lowAccuracy: accuracy - 1, highAccuracy: accuracy + 1 };
    }),
});
