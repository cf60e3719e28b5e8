/**
 * Sequences of tensors whose making and reading stand in the file: a SplitToSequence is a Split, a SequenceAt with a constant
 * index a name for one of its parts. What is made while the model runs (SequenceInsert in a loop) stays refused.
 */
import { LitepredError } from "../../base/index.js";
import type { GraphNode, Tensor } from "../../graph/index.js";

export interface SequenceContext {
  tensor(name: string): Tensor | undefined;
  /** A tensor's name that nothing bears. */
  unique(wish: string): string;
  addNode(wish: string, node: Omit<GraphNode, "name">): void;
  addConstant(wish: string, values: readonly number[]): string;
}

type Described = Omit<GraphNode, "name">;

export class Sequences {
  /** Names of the tensors of each sequence. */
  private readonly parts = new Map<string, readonly string[]>();

  constructor(private readonly context: SequenceContext) {}

  /**
   * What the node's only output is: a tensor under another name, nothing (a sequence, or nodes that were added), or undefined where
   * the node has nothing to do with sequences.
   */
  take(node: Described): { readonly alias?: string } | undefined {
    const [first = ""] = node.inputs;
    switch (node.operator) {
      case "SequenceConstruct":
        return this.keep(node, node.inputs);
      case "SplitToSequence":
        return this.keep(node, this.split(node));
      case "SequenceAt":
        return { alias: this.at(first, node) };
      case "ConcatFromSequence":
        return this.concat(node, this.partsOf(first, node));
      default:
        return undefined;
    }
  }

  private keep(node: Described, parts: readonly string[]) {
    this.parts.set(node.outputs[0]!, parts);
    return {};
  }

  private partsOf(sequence: string, node: Described): readonly string[] {
    const parts = this.parts.get(sequence);
    if (parts !== undefined) return parts;
    throw new LitepredError(
      "unsupported-operator",
      `${node.operator} reads a sequence that is made while the model runs, which is not supported`,
    );
  }

  private at(sequence: string, node: Described): string {
    const parts = this.partsOf(sequence, node);
    const index = this.context.tensor(node.inputs[1] ?? "")?.values?.[0];
    const part = index === undefined ? undefined : parts[index < 0 ? index + parts.length : index];
    if (part !== undefined) return part;
    throw new LitepredError("unsupported-operator", `${node.operator}: which part is read is known only at run time`);
  }

  /** Parts of the given length, or lengths, along the axis; of 1 where none is given, then without the axis unless kept. */
  private split(node: Described): string[] {
    const [input = "", lengths = ""] = node.inputs;
    const { shape } = this.context.tensor(input)!;
    const axis = axisOf(node, shape.length);
    const total = shape[axis] ?? 1;
    const sizes = partSizes(total, lengths === "" ? [1] : this.context.tensor(lengths)?.values, lengths);
    const outputs = sizes.map((_, i) => this.context.unique(`${node.outputs[0]}/${i}`));
    const inputs = [input, this.context.addConstant(`${node.outputs[0]}/sizes`, sizes)];
    this.context.addNode("Split", { ...node, operator: "Split", inputs, outputs, attributes: { axis } });
    if (lengths !== "" || node.attributes.keepdims !== 0) return outputs;
    return outputs.map((output) => {
      const squeezed = this.context.unique(`${output}/squeezed`);
      const axes = this.context.addConstant(`${output}/axes`, [axis]);
      this.context.addNode("Squeeze", {
        operator: "Squeeze",
        domain: "",
        inputs: [output, axes],
        outputs: [squeezed],
        attributes: {},
      });
      return squeezed;
    });
  }

  private concat(node: Described, parts: readonly string[]) {
    let inputs = parts;
    const axis = Number(node.attributes.axis ?? 0);
    if (node.attributes.new_axis === 1)
      inputs = parts.map((part) => {
        const added = this.context.unique(`${part}/axis`);
        const axes = this.context.addConstant(`${part}/axes`, [axis]);
        this.context.addNode("Unsqueeze", {
          operator: "Unsqueeze",
          domain: "",
          inputs: [part, axes],
          outputs: [added],
          attributes: {},
        });
        return added;
      });
    this.context.addNode("Concat", { ...node, operator: "Concat", inputs, attributes: { axis } });
    return {};
  }
}

function axisOf(node: Described, rank: number): number {
  const axis = Number(node.attributes.axis ?? 0);
  return axis < 0 ? axis + rank : axis;
}

/** Parts that one file may ask for. */
const mostParts = 10_000;

function partSizes(total: number, given: ArrayLike<number> | undefined, name: string): number[] {
  if (given === undefined)
    throw new LitepredError(
      "unsupported-operator",
      `SplitToSequence: the lengths "${name}" are known only at run time`,
    );
  if (given.length > 1) return Array.from(given);
  const length = given[0] ?? 0;
  if (!(length > 0) || total / length > mostParts)
    throw new LitepredError("invalid-model", `SplitToSequence: parts of ${length} of ${total} elements`);
  const whole = Array.from({ length: Math.floor(total / length) }, () => length);
  return total % length === 0 ? whole : [...whole, total % length];
}
