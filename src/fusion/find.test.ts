/** The finder on an engine whose fusion rules are known, with noise: it may doubt, but must not be wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../base/index.js";
import { EngineFailure, type RunningEngine } from "../engines/contract.js";
import { elementCount, type Graph } from "../graph/index.js";
import { detectKernels, type FusionRules, fusionRules } from "../kernels/index.js";
import { readModel } from "../readers/index.js";
import { writeOnnx } from "../writers/index.js";
import { chainSizes } from "./chains.js";
import { decide, decideByCount } from "./decide.js";
import { fusionExperiments } from "./experiments.js";
import { countVerdict, expectedCounts, type FusionFinding, findFusions } from "./find.js";

/** What starting a kernel costs, and moving a number, milliseconds. */
const startMs = 0.002;
const elementMs = 2e-7;

/** Fuses by the rules; runs are slower than the truth by `noise`, visits by a fifth of it, every tenth by half as much again. */
function engineWithRules(rules: FusionRules, noise: number, refuse = (_: Graph) => false): RunningEngine {
  const random = createRandom("noise");
  return {
    async prepare(bytes) {
      const graph = readModel(bytes, { name: "chain" });
      if (refuse(graph)) throw new EngineFailure("rejected", "no such operator");
      const { kernels } = detectKernels(graph, rules);
      const largest = Math.max(...[...graph.tensors.values()].map(({ shape }) => elementCount(shape)));
      const trueMs = 0.05 + kernels.length * (startMs + 2 * largest * elementMs);
      const slower = () => trueMs * (1 + noise * Math.abs(random.normal()));
      return {
        async time() {
          const disturbed = (random.next() < 0.1 ? 1.5 : 1) * (1 + (noise / 5) * Math.abs(random.normal()));
          return Array.from({ length: 24 }, () => slower() * disturbed);
        },
        operators: async () => {
          throw new EngineFailure("rejected", "the engine has no times by operator");
        },
        run: async () => ({}),
        release: async () => {},
      };
    },
    close: async () => {},
  };
}

const encode = (graph: Graph) => writeOnnx(graph, { precision: "fp32" });
const find = (running: RunningEngine, experiments = fusionExperiments) =>
  findFusions({ running, encode, experiments, rounds: 9, seed: 1, sizes: chainSizes.slice(0, 2) });

const truth = (finding: FusionFinding, rules: FusionRules) =>
  countVerdict(
    finding.experiment,
    expectedCounts(finding.experiment, (graph) => detectKernels(graph, rules).kernels.length),
  );

for (const engine of ["onnxruntime", "ncnn", "openvino"]) {
  test(`the rules of ${engine}, from times with 5 % noise`, async () => {
    const rules = fusionRules(engine, { nchwcBlock: 1 });
    const findings = await find(engineWithRules(rules, 0.05));
    const known = findings.filter((finding) => truth(finding, rules) !== "unknown");
    const wrong = known.filter(
      (finding) => finding.byTime.verdict !== "unknown" && finding.byTime.verdict !== truth(finding, rules),
    );
    assert.deepEqual(
      wrong.map((finding) => finding.experiment.name),
      [],
    );
    const decided = known.filter((finding) => finding.byTime.verdict !== "unknown");
    assert.ok(decided.length > 0.9 * known.length, `${decided.length} of ${known.length} decided`);
  });
}

test("where noise hides the operators, the verdict is unknown", async () => {
  const rules = fusionRules("onnxruntime", { nchwcBlock: 1 });
  const findings = await find(engineWithRules(rules, 20), fusionExperiments.slice(0, 12));
  assert.ok(findings.filter((finding) => finding.byTime.verdict === "unknown").length >= 8);
});

test("a chain that the engine refuses is evidence of nothing", async () => {
  const hasSigmoid = (graph: Graph) => graph.nodes.some(({ operator }) => operator === "Sigmoid");
  const engine = engineWithRules(fusionRules("onnxruntime", { nchwcBlock: 1 }), 0.01, hasSigmoid);
  const experiments = fusionExperiments.filter(({ name }) => name === "conv+sigmoid" || name === "conv+relu");
  const [relu, sigmoid] = await find(engine, experiments);
  assert.equal(relu!.byTime.verdict, "fused");
  assert.equal(sigmoid!.byTime.verdict, "unknown");
  assert.match(sigmoid!.reason!, /no such operator/);
});

test("sizes that contradict each other leave it unknown", () => {
  const cost = (behindMs: number) => ({
    cost: { behindMs, behindErrorMs: 0.01, aloneMs: 1, aloneErrorMs: 0.01 },
    expectation: { share: 0, open: false },
  });
  assert.equal(decide([cost(0)]).verdict, "fused");
  assert.equal(decide([cost(1)]).verdict, "not fused");
  assert.equal(decide([cost(0), cost(1)]).verdict, "unknown");
  assert.equal(decide([]).verdict, "unknown");
});

test("operators counted", () => {
  assert.equal(decideByCount(0, 1, "into", 1), "fused");
  assert.equal(decideByCount(1, 1, "into", 1), "not fused");
  assert.equal(decideByCount(0, 0, "into", 1), "unknown");
  assert.equal(decideByCount(1, 1, "one", 5), "fused");
  assert.equal(decideByCount(5, 1, "one", 5), "not fused");
  assert.equal(decideByCount(3, 1, "one", 5), "unknown");
});
