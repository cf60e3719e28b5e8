/** Nodes that compute the same from the same inputs become one (common subexpression elimination). */
import { removeNode, replaceUses } from "../work-edits.js";
import type { WorkGraph, WorkNode, WorkValue } from "../work-graph.js";
import { runningOrder } from "../work-order.js";

/** Operators whose result differs from call to call, and those that every reader is given for itself. */
const separate = new Set([
  "DequantizeLinear",
  "RandomNormal",
  "RandomUniform",
  "RandomNormalLike",
  "RandomUniformLike",
  "Multinomial",
  "Bernoulli",
]);

export function mergeEqual(work: WorkGraph): boolean {
  let changed = false;
  const seen = new Map<string, WorkNode>();
  for (const node of runningOrder(work)) {
    if (!hasTwin(node) || separate.has(node.operator)) continue;
    const key = keyOf(node);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, node);
    } else if (node.outputs.every((output) => !output.isOutput)) {
      removeNode(work, node);
      for (const [i, output] of node.outputs.entries()) replaceUses(work, output, first.outputs[i]!);
      first.sources = [...first.sources, ...node.sources];
      changed = true;
    }
  }
  return changed;
}

/** Equal nodes share what they read at run time: without another reader of the same operator there is nothing to compare. */
function hasTwin(node: WorkNode): boolean {
  const shared = node.inputs.find((input) => input?.constant === false);
  if (shared === undefined || shared.consumers.length < 2) return false;
  return shared.consumers.some(
    (reader) =>
      reader !== node &&
      reader.operator === node.operator &&
      reader.inputs.every((input, i) => mayEqual(input, node.inputs[i])),
  );
}

const mayEqual = (a: WorkValue | undefined, b: WorkValue | undefined) =>
  a === b || (a?.constant === true && b?.constant === true && isSmall(a) && isSmall(b));

/** Small constants of the model are compared by value: ONNX Runtime shares them, once, before it starts. */
const isSmall = (value: WorkValue) => !value.made && value.values !== undefined && value.values.length <= 8;

function keyOf(node: WorkNode): string {
  const inputs = node.inputs.map((input) => {
    if (input === undefined) return "";
    if (!input.constant || !isSmall(input)) return input.name;
    return `${input.type}[${input.shape.join(",")}]=${Array.from(input.values!).join(",")}`;
  });
  return `${node.domain}:${node.operator}(${inputs.join(";")})${node.activation ?? ""}${JSON.stringify(node.attributes)}`;
}
