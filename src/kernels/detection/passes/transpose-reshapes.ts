/** A Transpose in front of another, or of a Reshape: two permutations become one, or whole groups of axes are permuted. */
import { addNode, newConstant, removeNode, setInput } from "../work-edits.js";
import { compose, equal, invert, type Permutation } from "./permutation.js";
import { firstInput, type Handler, setAttribute, transposeInputs } from "./transpose-handler.js";
import { cancel, type Push, permOf, transposeOutputs } from "./transpose-moves.js";

/** Two permutations in a row cancel or become one. `nodePerm` is what `node` does to the output of the Transpose. */
function merge(push: Push, nodePerm: Permutation): boolean {
  const { work, transpose, node, perm, inverse } = push;
  if (equal(inverse, nodePerm)) {
    cancel(push);
    return true;
  }
  const combined = compose(perm, nodePerm);
  let target = node;
  if (node.operator === "Transpose") {
    setInput(work, node, 0, transpose.inputs[0]);
    setAttribute(node, "perm", combined);
  } else {
    const output = node.outputs[0]!;
    removeNode(work, node);
    target = addNode(work, "Transpose", "", [transpose.inputs[0]], [output], { perm: combined }, node.sources);
  }
  const made = transpose.outputs[0]!;
  if (made.consumers.length === 0 && !made.isOutput) {
    removeNode(work, transpose);
    target.sources = [...transpose.sources, ...target.sources];
  }
  return true;
}

export const transposeHandler: Handler = {
  slots: firstInput,
  transposesOutputs: false,
  push(push) {
    const second = permOf(push.node);
    return second !== undefined && second.length === push.perm.length && merge(push, second);
  },
};

export const reshape: Handler = {
  slots: firstInput,
  transposesOutputs: false,
  push(push) {
    const from = push.transpose.outputs[0]!.shape;
    const to = push.node.outputs[0]!.shape;
    if (push.node.inputs[1]?.constant !== true) return false;
    const asPerm = permutationOfReshape(from, to);
    return asPerm === undefined ? splitAxes(push, axisGroups(from, to)) : merge(push, asPerm);
  },
};

/**
 * The output axes that each input axis is split into, where a Reshape does nothing but split: axes of length 1 belong
 * to what follows them. As seen in ONNX Runtime 1.30; the published source has no such handler yet.
 */
function axisGroups(from: readonly number[], to: readonly number[]): number[][] | undefined {
  const groups: number[][] = [];
  let next = 0;
  for (const size of from) {
    const group: number[] = [];
    let product = 1;
    do {
      if (next === to.length) return undefined;
      product *= to[next]!;
      group.push(next++);
    } while (product < size);
    if (product !== size) return undefined;
    groups.push(group);
  }
  return next === to.length ? groups : undefined;
}

/** The Reshape splits the axes of the tensor as it was before the Transpose, which then permutes whole groups. */
function splitAxes(push: Push, groups: readonly number[][] | undefined): boolean {
  if (groups === undefined) return false;
  const { work, node, inverse } = push;
  const to = node.outputs[0]!.shape;
  const order = inverse.flatMap((axis) => groups[axis]!);
  const shape = order.map((axis) => to[axis]!);
  setInput(work, node, 1, newConstant(work, `${node.name}/shape`, [shape.length], shape));
  transposeInputs(push);
  transposeOutputs(work, node, invert(order));
  return true;
}

/** A Reshape that only moves axes of size 1 is a permutation; undefined for any other. */
function permutationOfReshape(from: readonly number[], to: readonly number[]): number[] | undefined {
  if (from.length !== to.length) return undefined;
  const left: number[] = [...from];
  const perm: number[] = [];
  for (const target of to) {
    let at = 0;
    while (at < left.length && left[at] !== target) {
      if (left[at] !== -1 && left[at] !== 1 && target !== 1) return undefined;
      at++;
    }
    if (at === left.length) return undefined;
    perm.push(at);
    left[at] = -1;
  }
  return perm;
}
