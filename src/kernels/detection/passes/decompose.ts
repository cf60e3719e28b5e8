/** Operators for which the engine has no kernel of its own are replaced by the body that the ONNX standard gives them. */
import { addNode, newConstant, newValue, removeNode } from "../work-edits.js";
import { has, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

type Body = (work: WorkGraph, node: WorkNode) => void;

const bodies: Readonly<Record<string, Body>> = {
  HardSwish(work, node) {
    const input = node.inputs[0]!;
    const output = node.outputs[0]!;
    removeNode(work, node);
    const gate = newValue(work, `${output.name}/hard_sigmoid`, input.shape, input.type);
    addNode(work, "HardSigmoid", "", [input], [gate], { alpha: 1 / 6, beta: 0.5 }, node.sources);
    addNode(work, "Mul", "", [input, gate], [output], {}, []);
  },
  Mish(work, node) {
    removeNode(work, node);
    const gate = chain(work, node, ["Softplus", "Tanh"]);
    addNode(work, "Mul", "", [node.inputs[0], gate], node.outputs, {}, []);
  },
  // Its alpha is a constant of the body that is cast at each run.
  Swish(work, node) {
    const [input, output] = [node.inputs[0]!, node.outputs[0]!];
    removeNode(work, node);
    const between = (name: string, shape = input.shape) => newValue(work, `${output.name}/${name}`, shape, input.type);
    const [alpha, scaled, gate] = [between("alpha", []), between("scaled"), between("gate")];
    addNode(work, "Cast", "", [newConstant(work, `${output.name}/one`, [])], [alpha], { to: 1 }, node.sources);
    addNode(work, "Mul", "", [input, alpha], [scaled], {}, []);
    addNode(work, "Sigmoid", "", [scaled], [gate], {}, []);
    addNode(work, "Mul", "", [input, gate], [output], {}, []);
  },
};

/** One operator after the other on the same tensor. */
function chain(work: WorkGraph, node: WorkNode, operators: readonly string[]): WorkValue {
  let value = node.inputs[0]!;
  for (const [i, operator] of operators.entries()) {
    const output = newValue(work, `${node.outputs[0]!.name}/${operator.toLowerCase()}`, value.shape, value.type);
    addNode(work, operator, "", [value], [output], {}, i === 0 ? node.sources : []);
    value = output;
  }
  return value;
}

export function decompose(work: WorkGraph, operators: readonly string[]): boolean {
  let changed = false;
  for (const operator of operators) {
    const body = bodies[operator];
    if (body === undefined || !has(work, operator)) continue;
    for (const node of nodesOf(work)) {
      if (!node.alive || node.operator !== operator || node.domain !== "") continue;
      body(work, node);
      changed = true;
    }
  }
  return changed;
}
