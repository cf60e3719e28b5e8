/**
 * Kernels on 8-bit integers are others than those on floats on a platform of floats. On an INT8 platform, where all is measured
 * quantised, the plain types stand for them.
 */
import type { KernelConfig } from "../../types.js";
import type { WorkNode } from "../work-graph.js";
import type { KernelOf } from "./entry.js";

/** Of the two operands of a product of integers. @param isHybrid floats on the left are made signed on the way, else unsigned */
export function signsOf(node: WorkNode, rightSlot: number, isHybrid = false): string {
  const typeAt = (slot: number) => node.inputs[slot]?.stored?.type ?? node.inputs[slot]?.type;
  if (typeAt(0) === "int8" || (isHybrid && typeAt(0) === "float32")) return "s8s8";
  return typeAt(rightSlot) === "uint8" ? "u8u8" : "u8s8";
}

/** Which of the engine's codes. */
interface Code {
  readonly form: string;
  readonly signs: string;
}

type Numbers = Readonly<Record<string, number>>;

/** On a platform of floats: what the engine fused between QDQ pairs. */
export function quantisedForm({ type, config }: KernelOf, form: "qlinear" | "integer", node: WorkNode): KernelOf {
  const signs = signsOf(node, 1, true);
  const c = config as Numbers;
  switch (type) {
    case "conv-bn-relu":
      return convolution({ form, signs }, config, c.cin!, c.cout!, c.groups!);
    case "dwconv-bn-relu":
      return convolution({ form, signs }, config, c.cin!, c.cin! * c.multiplier!, c.cin!);
    case "fc":
      return product({ form, signs }, { batch: 1, m: c.rows!, k: c.cin!, n: c.cout! }, "constant");
    case "matmul":
      return product(
        { form, signs },
        { batch: c.batch!, m: c.m!, k: c.k!, n: c.n! },
        c.batch === 1 ? "constant" : "run-time",
      );
    case "add":
    case "mul":
      return elementwise(type, c.c! * c.h!, c.w!);
    case "softmax":
      return elementwise(type, c.rows! * c.inner!, c.columns!);
    case "activation":
      return config.operator === "sigmoid" || config.operator === "leaky-relu"
        ? elementwise(config.operator, c.c! * c.h!, c.w!)
        : { type, config };
    default:
      return { type, config };
  }
}

function convolution({ form, signs }: Code, config: KernelConfig, cin: number, cout: number, groups: number): KernelOf {
  const { batch, h, w, kernelH, kernelW, strideH, strideW } = config as Numbers;
  const sizes = { batch: batch!, h: h!, w: w!, cin, cout, kernelH: kernelH!, kernelW: kernelW! };
  return {
    type: "conv-quantised",
    config: { form, ...sizes, strideH: strideH!, strideW: strideW!, groups, signs },
  };
}

const product = ({ form, signs }: Code, sizes: Numbers, weights: string): KernelOf => ({
  type: "matmul-quantised",
  config: { form, ...sizes, weights, signs },
});

const elementwise = (operator: string, rows: number, columns: number): KernelOf => ({
  type: "elementwise-quantised",
  config: { operator, rows, columns },
});
