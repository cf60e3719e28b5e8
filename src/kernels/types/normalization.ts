/** Softmax and the normalisations that are not folded into a convolution. */
import { batchNorm, type GraphBuilder, layerNorm, scalar, softmax as softmaxLayer } from "../../graph/index.js";
import { type Columns, choice, defineKernelType, option, size } from "../define.js";
import { nearestDivisor, roundUpLog } from "../sizes.js";

const matrix = { rows: size(197, 1 << 26), columns: size(768, 1 << 24) };

interface Sizes {
  readonly rows: number;
  readonly columns: number;
}

const matrixElements = (c: Sizes) => ({ input: c.rows * c.columns, output: c.rows * c.columns });
const matrixDerived: Columns<Sizes> = {
  "log elements": (c) => Math.log(c.rows * c.columns),
  "8/columns": (c) => 8 / c.columns,
  "columns up to 8": (c) => roundUpLog(c.columns, 8),
  "columns up to 16": (c) => roundUpLog(c.columns, 16),
};

export const softmax = defineKernelType({
  name: "softmax",
  summary: "Softmax of rows of `columns` elements; `inner` > 1 where the axis is not the last.",
  fields: {
    rows: size(591, 1 << 26),
    columns: size(197, 1 << 24),
    inner: option(1, 1 << 24),
    operator: choice("softmax", "log-softmax"),
  },
  flops: (c) => 4 * c.rows * c.columns * c.inner,
  elements: (c) => ({ input: c.rows * c.columns * c.inner, output: c.rows * c.columns * c.inner }),
  derived: matrixDerived,
  build(b, c) {
    const last = c.inner === 1;
    const x = b.input("x", last ? [c.rows, c.columns] : [c.rows, c.columns, c.inner]);
    return c.operator === "softmax" ? softmaxLayer(b, x, 1) : b.node("LogSoftmax", [x], { axis: 1 });
  },
});

export const layernorm = defineKernelType({
  name: "layernorm",
  summary: "Each row to zero mean and unit variance (`rms`: unit mean square), scaled and shifted.",
  fields: { ...matrix, form: choice("layer", "rms") },
  flops: (c) => (c.form === "layer" ? 8 : 4) * c.rows * c.columns,
  params: (c) => (c.form === "layer" ? 2 : 1) * c.columns,
  elements: matrixElements,
  derived: matrixDerived,
  build(b, c) {
    const x = b.input("x", [1, c.rows, c.columns]);
    return c.form === "layer" ? layerNorm(b, x) : rmsNorm(b, x);
  },
});

/** x / √(mean(x²) + ε) · scale, as exporters write it below opset 23. */
function rmsNorm(b: GraphBuilder, x: string): string {
  const meanSquare = b.node("ReduceMean", [b.node("Pow", [x, scalar(b, 2)])], { axes: [-1], keepdims: 1 });
  const deviation = b.node("Sqrt", [b.node("Add", [meanSquare, scalar(b, 1e-6)])]);
  return b.node("Mul", [b.node("Div", [x, deviation]), b.constant([b.shape(x).at(-1)!])]);
}

export const skipLayernorm = defineKernelType({
  name: "skip-layernorm",
  summary: "Residual add and layer norm (`rms`: root mean square) in one kernel, for engines that fuse them.",
  fields: { ...matrix, form: choice("layer", "rms") },
  flops: (c) => (c.form === "layer" ? 9 : 5) * c.rows * c.columns,
  params: (c) => (c.form === "layer" ? 2 : 1) * c.columns,
  elements: (c) => ({ input: 2 * c.rows * c.columns, output: c.rows * c.columns }),
  derived: matrixDerived,
  build(b, c) {
    const [x, skip] = [b.input("x", [1, c.rows, c.columns]), b.input("skip", [1, c.rows, c.columns])];
    if (c.form === "layer") return layerNorm(b, b.node("Add", [x, skip]));
    return b.node("com.microsoft:SkipSimplifiedLayerNormalization", [x, skip, b.constant([c.columns])], {
      epsilon: 1e-6,
    });
  },
});

const image = { batch: option(1, 4096), c: size(64, 1 << 20), h: size(56, 8192), w: size(56, 8192) };

interface Image {
  readonly batch: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
}

const imageTotal = (c: Image) => c.batch * c.c * c.h * c.w;
const imageElements = (c: Image) => ({ input: imageTotal(c), output: imageTotal(c) });
const imageDerived: Columns<Image> = {
  "log elements": (c) => Math.log(imageTotal(c)),
  "c up to 16": (c) => roundUpLog(c.c, 16),
};

export const groupNorm = defineKernelType({
  name: "group-norm",
  summary: "Groups of channels to zero mean and unit variance, scaled and shifted; instance norm where groups = c.",
  fields: { ...image, groups: size(32, 1 << 20) },
  invalid: (c) => (c.c % c.groups === 0 ? undefined : `groups ${c.groups} do not divide c ${c.c}`),
  repair: (c) => ({ ...c, groups: nearestDivisor(c.c, c.groups) }),
  flops: (c) => 8 * imageTotal(c),
  params: (c) => 2 * c.c,
  elements: imageElements,
  derived: { ...imageDerived, "log group size": (c) => Math.log((c.c / c.groups) * c.h * c.w) },
  build(b, c) {
    const x = b.input("x", [c.batch, c.c, c.h, c.w]);
    if (c.groups === c.c) return b.node("InstanceNormalization", [x, b.constant([c.c]), b.constant([c.c])]);
    return buildGroupNorm(b, x, c);
  },
});

/** As PyTorch's exporter writes it below opset 18: instance norm over groups, then scale and shift per channel. */
function buildGroupNorm(b: GraphBuilder, x: string, c: Image & { readonly groups: number }): string {
  const ones = () => b.constant([c.groups], new Array<number>(c.groups).fill(1));
  const zeros = () => b.constant([c.groups], new Array<number>(c.groups).fill(0));
  const grouped = b.node("Reshape", [x, b.constant([3], [c.batch, c.groups, -1], "int64")]);
  const normed = b.node("InstanceNormalization", [grouped, ones(), zeros()]);
  const back = b.node("Reshape", [normed, b.constant([4], [c.batch, c.c, c.h, c.w], "int64")]);
  return b.node("Add", [b.node("Mul", [back, b.constant([c.c, 1, 1])]), b.constant([c.c, 1, 1])]);
}

export const batchnorm = defineKernelType({
  name: "batchnorm",
  summary: "A batch norm that no convolution absorbs: scale and shift per channel.",
  fields: image,
  flops: (c) => 2 * imageTotal(c),
  params: (c) => 4 * c.c,
  elements: imageElements,
  derived: imageDerived,
  build: (b, c) => batchNorm(b, b.input("x", [c.batch, c.c, c.h, c.w])),
});
