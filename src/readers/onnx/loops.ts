/** Loops and scans that run a number of times that is known: they are unrolled. */
import { LitepredError } from "../../base/index.js";
import type { GraphProto, NodeProto, TensorProto } from "../../formats/onnx/index.js";
import type { AttributeValue } from "../../graph/index.js";
import { readTensor } from "./tensor-proto.js";

/** Longer loops would be longer graphs than is sensible. */
export const mostTrips = 1000;

/** Whether the loop's condition is passed on, or is set to true whatever happens. */
export function staysTrue({ input, output, node, initializer }: GraphProto): boolean {
  let name = output[0]?.name ?? "";
  for (;;) {
    const maker = node.find(({ output: made }) => made.includes(name));
    if (maker === undefined) break;
    if (maker.opType === "Constant") return isTrue(maker.attribute.find((attribute) => attribute.name === "value")?.t);
    if (maker.opType !== "Identity") return false;
    name = maker.input[0] ?? "";
  }
  return name === input[1]?.name || isTrue(initializer.find((tensor) => tensor.name === name));
}

const isTrue = (tensor: TensorProto | undefined): boolean =>
  tensor !== undefined && readTensor(tensor, tensor.name).values?.[0] === 1;

interface ScannedAxis {
  readonly axis: number;
  readonly backwards: boolean;
}

/** What a Scan goes along: its last inputs, and its last outputs as far as their axis or direction is said. */
export interface Scan {
  readonly inputs: readonly ScannedAxis[];
  readonly outputs: readonly ScannedAxis[];
}

/** Of opset 9 and later. */
export function scanOf({ name, input }: NodeProto, attributes: Readonly<Record<string, AttributeValue>>): Scan {
  const numbers = (key: string): readonly number[] => {
    const value = attributes[key];
    return Array.isArray(value) ? value.map(Number) : [];
  };
  const count = Number(attributes.num_scan_inputs ?? 0);
  if (!Number.isInteger(count) || count < 1 || count > input.length)
    throw new LitepredError(
      "invalid-model",
      `node "${name}" (Scan) has ${input.length} inputs and scans ${count} of them`,
    );
  const along = (length: number, side: "input" | "output"): ScannedAxis[] => {
    const [axes, directions] = [numbers(`scan_${side}_axes`), numbers(`scan_${side}_directions`)];
    return Array.from({ length }, (_, i) => ({ axis: axes[i] ?? 0, backwards: directions[i] === 1 }));
  };
  const outputs = Math.max(numbers("scan_output_axes").length, numbers("scan_output_directions").length);
  return { inputs: along(count, "input"), outputs: along(outputs, "output") };
}
