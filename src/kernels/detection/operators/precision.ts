/**
 * Kernels on 8-bit integers and those on floats are other kernels on a platform of floats, and the same on an INT8 platform,
 * where all is measured quantised: each form said in terms of the other.
 */
import type { KernelConfig } from "../../types.js";
import type { KernelOf } from "./entry.js";

type Numbers = Readonly<Record<string, number>>;

/** On a platform of floats: what the engine fused between QDQ pairs. */
export function quantisedForm({ type, config }: KernelOf): KernelOf {
  const c = config as Numbers;
  switch (type) {
    case "conv-bn-relu":
      return convolution(config, c.cin!, c.cout!, c.groups!);
    case "dwconv-bn-relu":
      return convolution(config, c.cin!, c.cin! * c.multiplier!, c.cin!);
    case "fc":
      return product({ batch: 1, m: c.rows!, k: c.cin!, n: c.cout! }, "constant");
    case "matmul":
      return product({ batch: c.batch!, m: c.m!, k: c.k!, n: c.n! }, c.batch === 1 ? "constant" : "run-time");
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

function convolution(config: KernelConfig, cin: number, cout: number, groups: number): KernelOf {
  const { batch, h, w, kernelH, kernelW, strideH, strideW } = config as Numbers;
  const sizes = { batch: batch!, h: h!, w: w!, cin, cout, kernelH: kernelH!, kernelW: kernelW! };
  return {
    type: "conv-quantised",
    config: { form: "qlinear", ...sizes, strideH: strideH!, strideW: strideW!, groups },
  };
}

const product = (sizes: Numbers, weights: string): KernelOf => ({
  type: "matmul-quantised",
  config: { form: "qlinear", ...sizes, weights },
});

const elementwise = (operator: string, rows: number, columns: number): KernelOf => ({
  type: "elementwise-quantised",
  config: { operator, rows, columns },
});

/** On an INT8 platform: the plain type, which was measured quantised there. Sums of 32 bits and dynamic forms stay what they are. */
export function plainForm({ type, config }: KernelOf): KernelOf {
  const c = config as Numbers;
  if (type === "conv-quantised" && config.form === "qlinear") return plainConvolution(c);
  if (type === "matmul-quantised" && config.form === "qlinear") {
    const fields = { cin: c.k!, cout: c.n!, bias: "no", activation: "none" };
    if (config.weights === "constant") return { type: "fc", config: { rows: c.m!, ...fields } };
    return { type: "matmul", config: { batch: c.batch!, m: c.m!, k: c.k!, n: c.n! } };
  }
  if (type !== "elementwise-quantised") return { type, config };
  const image = { c: 1, h: c.rows!, w: c.columns! };
  if (config.operator === "add" || config.operator === "mul")
    return { type: config.operator, config: { ...image, broadcast: "none" } };
  if (config.operator === "softmax")
    return { type: "softmax", config: { rows: c.rows!, columns: c.columns!, inner: 1, operator: "softmax" } };
  return { type: "activation", config: { operator: config.operator!, ...image } };
}

function plainConvolution(c: Numbers): KernelOf {
  const { batch, h, w, cin, cout, kernelH, kernelW, strideH, strideW, groups } = c as Record<string, number>;
  const image = { batch: batch!, h: h!, w: w!, cin: cin! };
  const window = { kernelH: kernelH!, kernelW: kernelW!, strideH: strideH!, strideW: strideW!, dilation: 1 };
  const rest = { padding: "same", activation: "none", add: "none" };
  if (groups! > 1 && groups === cin)
    return { type: "dwconv-bn-relu", config: { ...image, multiplier: cout! / cin!, ...window, ...rest } };
  return { type: "conv-bn-relu", config: { ...image, cout: cout!, ...window, groups: groups!, ...rest } };
}
