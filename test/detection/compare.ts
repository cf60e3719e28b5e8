/** The nodes that the rules expect beside those that ONNX Runtime ran, as multisets of descriptions. */
import type { Graph } from "../../src/graph/index.js";
import { type EngineNode, engineNodes, fusionRules, nchwcBlockOf } from "../../src/kernels/index.js";
import { readCpuFacts, vectorBits } from "../../src/platforms/index.js";
import { type OrtNode, ortNodes } from "./ort-nodes.js";

const block = nchwcBlockOf(vectorBits(readCpuFacts().flags));

/** The rules for ONNX Runtime on this machine. */
export const localRules = fusionRules("onnxruntime-node", { nchwcBlock: block });

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

export interface Comparison {
  /** Nodes that only the rules expect. */
  readonly extra: readonly string[];
  /** Nodes that only ONNX Runtime ran. */
  readonly missing: readonly string[];
  /** How many nodes ONNX Runtime ran. */
  readonly nodes: number;
}

/** @param model the ONNX file of `graph` */
export async function compareWithOrt(graph: Graph, model: Uint8Array): Promise<Comparison> {
  const mine = engineNodes(graph, localRules).map(detected);
  const theirs = (await ortNodes(model)).map(ran);
  return { extra: difference(mine, theirs), missing: difference(theirs, mine), nodes: theirs.length };
}
