/**
 * Which operators of the engine's optimised graph belong to which kernel of a bundle. Names say it for most; fusions
 * invent names without prefix, and those are found through the tensors they share with others of the same kernel.
 * Layout reorders and (de)quantisation at a kernel's edge are not the kernel: inside a model the neighbour may be in
 * the same layout. They are handed back by themselves.
 */

import type { OperatorTime } from "../engines/index.js";
import type { KernelConfig } from "../kernels/index.js";
import { kernelIndexIn } from "./bundle.js";

/** Operators that change only the layout or number format. */
const edgeOperators: ReadonlySet<string> = new Set([
  "ReorderInput",
  "ReorderOutput",
  "QuantizeLinear",
  "DequantizeLinear",
  // OpenVINO's and OpenCV's changes of layout.
  "Reorder",
  "TransformLayout",
]);

/** Operators that are nothing but moving elements. */
const movingOperators: ReadonlySet<string> = new Set([
  ..."Transpose Reshape Concat Split Slice Gather Pad Expand Tile DepthToSpace SpaceToDepth Einsum".split(" "),
]);

export interface BundledKernel {
  readonly type: string;
  readonly config: KernelConfig;
  /** Operators of the kernel's own graph. */
  readonly operators: readonly string[];
}

export interface AttributedKernel {
  /** The kernel's own operators. */
  readonly core: readonly OperatorTime[];
  /** Reorders and the like around it. */
  readonly edges: readonly OperatorTime[];
}

export interface Attribution {
  /** In the order of the bundle. */
  readonly kernels: readonly AttributedKernel[];
  /** See bundle.ts. */
  readonly markers: readonly OperatorTime[];
  /** Operators of no kernel: none, unless the engine's graph could not be followed. */
  readonly stray: readonly OperatorTime[];
}

export function attribute(operators: readonly OperatorTime[], kernels: readonly BundledKernel[]): Attribution {
  const owner = owners(operators);
  const result = kernels.map(() => ({ core: [] as OperatorTime[], edges: [] as OperatorTime[] }));
  const markers: OperatorTime[] = [];
  const stray: OperatorTime[] = [];
  for (const operator of operators) {
    const frame = /(?:k\d+|fill)\/#([a-z]+)/.exec(operator.name)?.[1];
    const index = owner.get(operator);
    const kernel = index === undefined ? undefined : kernels[index];
    // A change of layout in front of a marker may bear its name.
    if (frame === "marker" && !edgeOperators.has(operator.operator)) markers.push(operator);
    else if (frame !== undefined) continue;
    else if (index === undefined || kernel === undefined) stray.push(operator);
    else if (isEdge(operator, kernel)) result[index]!.edges.push(operator);
    else result[index]!.core.push(operator);
  }
  return { kernels: result, markers, stray };
}

/** A kernel alone in its model: all operators but those at its edges. */
export const coreOperators = (operators: readonly OperatorTime[], kernel: BundledKernel): OperatorTime[] =>
  operators.filter((operator) => !isEdge(operator, kernel));

function isEdge({ operator }: OperatorTime, kernel: BundledKernel): boolean {
  const own = edgeOperatorOf(kernel);
  if (own !== undefined) return operator !== own;
  if (edgeOperators.has(operator)) return true;
  // Engines that want another layout put transposes around the kernel; MNN's Raster is whatever moves elements.
  if (operator === "Transpose") return !kernel.operators.includes("Transpose");
  return operator === "Raster" && !kernel.operators.some((own) => movingOperators.has(own));
}

/** The operator of kernel types that are themselves a change of layout or format; what is around it is there to provoke it. */
function edgeOperatorOf({ type, config }: BundledKernel): string | undefined {
  if (type === "reorder") return config.direction === "to-nchw" ? "ReorderOutput" : "ReorderInput";
  if (type === "quantize") return "QuantizeLinear";
  if (type === "dequantize") return "DequantizeLinear";
  return undefined;
}

/** Kernel index by operator: from its name, else from its tensors, else from operators it shares tensors with. */
function owners(operators: readonly OperatorTime[]): Map<OperatorTime, number> {
  const found = new Map<OperatorTime, number>();
  const ofTensor = new Map<string, number>();
  const settle = (operator: OperatorTime, index: number) => {
    found.set(operator, index);
    // Inputs are left out: weights of equal value may have been merged over kernels.
    for (const tensor of operator.outputs ?? []) ofTensor.set(tensor, index);
  };
  for (const operator of operators) {
    const index = [operator.name, ...(operator.outputs ?? []), ...(operator.inputs ?? [])]
      .map(kernelIndexIn)
      .find((at) => at !== undefined);
    if (index !== undefined) settle(operator, index);
  }
  const open = new Set(operators.filter((operator) => !found.has(operator)));
  for (let before = -1; open.size !== before; ) {
    before = open.size;
    for (const operator of open) {
      const index = neighbour(operator, ofTensor, found);
      if (index === undefined) continue;
      settle(operator, index);
      open.delete(operator);
    }
  }
  return found;
}

function neighbour(
  operator: OperatorTime,
  ofTensor: ReadonlyMap<string, number>,
  found: ReadonlyMap<OperatorTime, number>,
): number | undefined {
  const producer = (operator.inputs ?? []).map((tensor) => ofTensor.get(tensor)).find((index) => index !== undefined);
  if (producer !== undefined) return producer;
  const outputs = new Set(operator.outputs ?? []);
  for (const [other, index] of found) if (other.inputs?.some((tensor) => outputs.has(tensor))) return index;
  return undefined;
}
