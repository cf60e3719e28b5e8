/** Blocks of mobile networks: squeeze-and-excitation as each code base writes it, and the inverted residual. */
import {
  type Activation,
  activation,
  add,
  conv,
  depthwise,
  type GraphBuilder,
  globalAvgPool,
  mean,
  mul,
} from "../../graph/index.js";

/** Channel rounding of TensorFlow's MobileNets: to a multiple of `divisor`, never more than 10 % down. */
export function makeDivisible(value: number, divisor = 8, minimum = divisor): number {
  const rounded = Math.max(minimum, Math.floor((value + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}

/** How the mean over an image is written: `AdaptiveAvgPool2d`, `mean((2, 3))`, or OFA's `mean(3).mean(2)`. */
export type Pooling = "global-average" | "reduce-mean" | "two-means";

/** (n, c, h, w) → (n, c, 1, 1). */
export function averageImage(g: GraphBuilder, x: string, pooling: Pooling): string {
  if (pooling === "global-average") return globalAvgPool(g, x);
  return pooling === "reduce-mean" ? mean(g, x, [2, 3], true) : mean(g, mean(g, x, [3], true), [2], true);
}

export interface SqueezeExcite {
  readonly squeeze: number;
  readonly activation?: Activation;
  readonly gate?: "sigmoid" | "hsigmoid";
  readonly pooling?: Pooling;
}

export function gated(g: GraphBuilder, x: string, options: SqueezeExcite): string {
  const { squeeze, activation: inner = "relu", gate = "sigmoid", pooling = "global-average" } = options;
  const reduced = conv(g, averageImage(g, x, pooling), { cout: squeeze, kernel: 1, activation: inner });
  return mul(g, x, conv(g, reduced, { cout: g.shape(x)[1]!, kernel: 1, activation: gate }));
}

export interface InvertedResidual {
  readonly cout: number;
  /** Width of the depthwise convolution; there is no expanding 1×1 where it equals the input's. */
  readonly expanded: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly activation: Activation;
  readonly squeezeExcite?: SqueezeExcite;
  /** The expanding 1×1 even where it does not expand. */
  readonly alwaysExpand?: boolean;
  /** Squeeze-and-excitation before the depthwise convolution's activation (the first MobileNetV3 code bases). */
  readonly squeezeFirst?: boolean;
  /** Of the two 1×1 convolutions. */
  readonly groups?: number;
  /** Default: present where stride is 1 and channels agree. */
  readonly shortcut?: boolean;
}

export function invertedResidual(g: GraphBuilder, x: string, block: InvertedResidual): string {
  const { cout, expanded, kernel, stride = 1, groups = 1, squeezeFirst = false } = block;
  const cin = g.shape(x)[1]!;
  let y = x;
  if (block.alwaysExpand || expanded !== cin)
    y = conv(g, y, { cout: expanded, kernel: 1, groups, activation: block.activation });
  y = depthwise(g, y, { kernel, stride, activation: squeezeFirst ? "none" : block.activation });
  if (block.squeezeExcite) y = gated(g, y, block.squeezeExcite);
  if (squeezeFirst) y = activation(g, y, block.activation);
  y = conv(g, y, { cout, kernel: 1, groups });
  return (block.shortcut ?? (stride === 1 && cin === cout)) ? add(g, x, y) : y;
}
