/** The rules for ONNX Runtime against the engine itself: for each fixture the detected kernels are its nodes, one to one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { detectKernels, type EngineNode, engineNodes, fusionRules, nchwcBlockOfCpu } from "../../src/kernels/index.js";
import { readModel } from "../../src/readers/index.js";
import { fixtures } from "../fixtures/index.js";
import { type OrtNode, ortNodes } from "./ort-nodes.js";

const block = nchwcBlockOfCpu(cpuFlags());
const rules = fusionRules("onnxruntime-node", { nchwcBlock: block });

function cpuFlags(): string[] {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.trim().split(/\s+/) ?? [];
  } catch {
    return [];
  }
}

/** Operator, what is fused into it, and the shape of the first output, with channels padded to whole blocks. */
function describe(operator: string, parts: readonly (string | undefined | false)[], shape: readonly number[]): string {
  return [operator, ...parts.filter((part) => typeof part === "string"), `[${shape.join(",")}]`].join(" ");
}

function detected({ operator, domain, activation, adds, attributes, outputShapes, blocked }: EngineNode): string {
  const [n = 1, c = 1, ...rest] = outputShapes[0]!;
  const shape = blocked ? [n, Math.ceil(c / block) * block, ...rest] : outputShapes[0]!;
  const parts = [
    domain === "nchwc" && "blocked",
    domain === "quantized" && "quantized",
    adds && "add",
    activation?.replace(/\(.*/, ""),
    operator.startsWith("Reorder") && `last=${attributes.channels_last}`,
    operator === "Transpose" && String(attributes.perm),
  ];
  return describe(operator, parts, shape);
}

/** Names under which ONNX Runtime has operators that are the standard ones with something fused into them. */
const standardNames: Readonly<Record<string, string>> = {
  FusedConv: "Conv",
  FusedGemm: "Gemm",
  NhwcMaxPool: "MaxPool",
  QGemm: "Gemm",
};

function ran({ operator, domain, attributes, inputs, outputShapes }: OrtNode): string {
  const quantized = operator.startsWith("QLinear") || operator === "QGemm";
  const plain = standardNames[operator] ?? operator.replace(/^QLinear/, "");
  const parts = [
    domain === "com.microsoft.nchwc" && "blocked",
    quantized && "quantized",
    plain === "Conv" && !quantized && inputs.length > 3 && "add",
    attributes.activation as string | undefined,
    operator.startsWith("Reorder") && `last=${attributes.channels_last ?? 0}`,
    operator === "Transpose" && String(attributes.perm),
  ];
  return describe(plain, parts, outputShapes[0] ?? []);
}

function difference(left: readonly string[], right: readonly string[]): string[] {
  const rest = new Map<string, number>();
  for (const item of right) rest.set(item, (rest.get(item) ?? 0) + 1);
  return left.filter((item) => {
    const count = rest.get(item) ?? 0;
    rest.set(item, count - 1);
    return count <= 0;
  });
}

for (const fixture of fixtures) {
  test(`${fixture.name}: kernels are the nodes that ONNX Runtime runs`, async () => {
    const bytes = fixture.model();
    const graph = readModel(bytes, { name: fixture.name });
    const mine = engineNodes(graph, rules).map(detected);
    const theirs = (await ortNodes(bytes)).map(ran);
    assert.deepEqual(
      { extra: difference(mine, theirs), missing: difference(theirs, mine) },
      { extra: [], missing: [] },
    );
    const { kernels, unsupported } = detectKernels(graph, rules);
    assert.equal(kernels.length, theirs.length);
    assert.deepEqual(unsupported, []);
  });
}
