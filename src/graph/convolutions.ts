/** Convolutions and pooling over a GraphBuilder: windows over images, with their padding. */

import { type Activation, activation } from "./activations.js";
import type { GraphBuilder } from "./builder.js";

/** `same`: output is ceil(size / stride), the odd pixel at the end. Numbers: [top, left, bottom, right] or one for all. */
export type Padding = "same" | "valid" | number | readonly [number, number, number, number];

export interface ConvOptions {
  readonly cout: number;
  /** One number for square kernels, else [height, width]. */
  readonly kernel: number | readonly [number, number];
  readonly stride?: number | readonly [number, number];
  readonly dilation?: number;
  readonly groups?: number;
  /** Default: (kernel − 1) · dilation / 2 on each side for odd kernels (PyTorch's habit), `same` for even ones. */
  readonly padding?: Padding;
  readonly bias?: boolean;
  readonly activation?: Activation;
}

const pair = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === "number" ? [value, value] : value;

/** Both ends' padding along one axis so that the output is ceil(size / stride). */
function samePadding(size: number, span: number, stride: number): [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + span - size);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function pads(
  height: number,
  width: number,
  span: readonly [number, number],
  stride: readonly [number, number],
  padding: Padding | undefined,
) {
  if (padding === "valid") return [0, 0, 0, 0];
  if (typeof padding === "number") return [padding, padding, padding, padding];
  if (typeof padding === "object") return [...padding];
  if (padding === undefined && span[0] % 2 === 1 && span[1] % 2 === 1) {
    const y = (span[0] - 1) / 2;
    const x = (span[1] - 1) / 2;
    return [y, x, y, x];
  }
  const [top, bottom] = samePadding(height, span[0], stride[0]);
  const [left, right] = samePadding(width, span[1], stride[1]);
  return [top, left, bottom, right];
}

/** Convolution (+ folded batch norm = bias) (+ activation). */
export function conv(b: GraphBuilder, x: string, options: ConvOptions): string {
  return convolve(b, x, options, options.cout, options.groups ?? 1);
}

/** The same, whatever `options` says of `cout` and `groups`. */
function convolve(
  b: GraphBuilder,
  x: string,
  options: Omit<ConvOptions, "cout">,
  cout: number,
  groups: number,
): string {
  const size = b.shape(x);
  const kernel = pair(options.kernel);
  const stride = pair(options.stride ?? 1);
  const dilation = options.dilation ?? 1;
  const span: [number, number] = [(kernel[0] - 1) * dilation + 1, (kernel[1] - 1) * dilation + 1];
  const inputs = [x, b.constant([cout, size[1]! / groups, kernel[0], kernel[1]])];
  if (options.bias !== false) inputs.push(b.constant([cout]));
  const y = b.node("Conv", inputs, {
    dilations: [dilation, dilation],
    group: groups,
    kernel_shape: kernel,
    pads: pads(size[2]!, size[3]!, span, stride, options.padding),
    strides: stride,
  });
  return activation(b, y, options.activation ?? "none");
}

/** Depthwise convolution: one filter per channel. */
export function depthwise(b: GraphBuilder, x: string, options: Omit<ConvOptions, "cout" | "groups">): string {
  const channels = b.shape(x)[1]!;
  return convolve(b, x, options, channels, channels);
}

/** Transposed convolution; the output is size · stride with the default padding. */
export function convTranspose(b: GraphBuilder, x: string, options: ConvOptions): string {
  const [kernel, stride] = [pair(options.kernel), pair(options.stride ?? 1)];
  const { dilation = 1, groups = 1, cout } = options;
  const cin = b.shape(x)[1]!;
  const sides = [0, 1].map((axis) => {
    const surplus = (kernel[axis]! - 1) * dilation + 1 - stride[axis]!;
    const total = options.padding === "valid" ? 0 : Math.max(0, surplus);
    return { begin: Math.floor(total / 2), end: Math.ceil(total / 2), extra: Math.max(0, -surplus) };
  });
  const fixed = typeof options.padding === "number" || typeof options.padding === "object";
  const inputs = [x, b.constant([cin, cout / groups, kernel[0], kernel[1]])];
  if (options.bias !== false) inputs.push(b.constant([cout]));
  const y = b.node("ConvTranspose", inputs, {
    dilations: [dilation, dilation],
    group: groups,
    kernel_shape: kernel,
    output_padding: fixed || options.padding === "valid" ? [0, 0] : sides.map((side) => side.extra),
    pads: fixed
      ? pads(0, 0, [1, 1], stride, options.padding)
      : [...sides.map((side) => side.begin), ...sides.map((side) => side.end)],
    strides: stride,
  });
  return activation(b, y, options.activation ?? "none");
}

export interface PoolOptions {
  readonly kernel: number | readonly [number, number];
  readonly stride?: number | readonly [number, number];
  readonly padding?: Padding;
  /** Round output sizes up instead of down (`ceil_mode`). */
  readonly ceil?: boolean;
}

function pool(b: GraphBuilder, operator: string, x: string, options: PoolOptions, extra: Record<string, number>) {
  const [, , h, w] = b.shape(x) as [number, number, number, number];
  const [kernel, stride] = [pair(options.kernel), pair(options.stride ?? options.kernel)];
  return b.node(operator, [x], {
    ...extra,
    ceil_mode: options.ceil ? 1 : 0,
    kernel_shape: kernel,
    pads: pads(h, w, kernel, stride, options.padding),
    strides: stride,
  });
}

export function maxPool(b: GraphBuilder, x: string, options: PoolOptions): string {
  return pool(b, "MaxPool", x, options, {});
}

export function avgPool(b: GraphBuilder, x: string, options: PoolOptions & { countPadding?: boolean }): string {
  return pool(b, "AveragePool", x, options, { count_include_pad: options.countPadding ? 1 : 0 });
}
