/** Convolutions over one axis and over three: engines run them by other code than those over images. */
import { activation, activationNames, type GraphBuilder } from "../../graph/index.js";
import { choice, defineKernelType, option, size } from "../define.js";
import { flag, greatestCommonDivisor, nearestDivisor, roundUpLog, windowOutput } from "../sizes.js";

const [none, ...others] = activationNames;
const activations = choice(none, ...others);
const paddings = choice("same", "valid");

interface Channels {
  readonly cin: number;
  readonly cout: number;
  readonly groups: number;
}

const groupsInvalid = ({ cin, cout, groups }: Channels) =>
  cin % groups === 0 && cout % groups === 0 ? undefined : `groups ${groups} divide not both cin and cout`;
const fittingGroups = ({ cin, cout, groups }: Channels) => nearestDivisor(greatestCommonDivisor(cin, cout), groups);

/** Begins of all axes, then ends, so that the output is ceil(size / stride). */
function samePads(sizes: readonly number[], spans: readonly number[], strides: readonly number[]): number[] {
  const totals = sizes.map((length, i) =>
    Math.max(0, (Math.ceil(length / strides[i]!) - 1) * strides[i]! + spans[i]! - length),
  );
  return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
}

interface Window {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}
const spanOf = ({ kernel, dilation }: Window) => (kernel - 1) * dilation + 1;

function convolve(b: GraphBuilder, x: string, windows: readonly Window[], c: Channels & { padding: string }): string {
  const kernel = windows.map((window) => window.kernel);
  const strides = windows.map(({ stride }) => stride);
  const sizes = windows.map((window) => window.size);
  const pads = c.padding === "same" ? samePads(sizes, windows.map(spanOf), strides) : windows.flatMap(() => [0, 0]);
  return b.node("Conv", [x, b.constant([c.cout, c.cin / c.groups, ...kernel]), b.constant([c.cout])], {
    dilations: windows.map(({ dilation }) => dilation),
    group: c.groups,
    kernel_shape: kernel,
    pads,
    strides,
  });
}

interface Line {
  readonly length: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: string;
}
const lineOutput = (c: Line) => windowOutput(c.length, c.kernel, c.stride, c.dilation, c.padding);
const lineInvalid = (c: Line) =>
  c.padding === "valid" && (c.kernel - 1) * c.dilation >= c.length
    ? `a window of ${c.kernel} does not fit into ${c.length}`
    : undefined;

export const conv1d = defineKernelType({
  name: "conv-1d",
  summary: "Convolution over one axis (audio, time series), grouped by `groups`, activation where fused.",
  fields: {
    batch: option(1, 4096),
    length: size(1024, 1 << 24),
    cin: size(64),
    cout: size(64),
    kernel: size(7, 4096),
    stride: option(1, 1024),
    dilation: option(1, 4096),
    groups: option(1, 65536),
    padding: paddings,
    activation: activations,
  },
  invalid: (c) => groupsInvalid(c) ?? lineInvalid(c),
  repair: (c) => ({
    ...c,
    groups: fittingGroups(c),
    padding: lineInvalid(c) === undefined ? c.padding : "same",
  }),
  flops: (c) => 2 * c.batch * lineOutput(c) * c.cout * (c.cin / c.groups) * c.kernel,
  params: (c) => c.cout * (c.cin / c.groups) * c.kernel + c.cout,
  elements: (c) => ({ input: c.batch * c.cin * c.length, output: c.batch * c.cout * lineOutput(c) }),
  derived: {
    "log steps": (c) => Math.log(lineOutput(c)),
    "log depth": (c) => Math.log((c.cin / c.groups) * c.kernel),
    "cout up to 16": (c) => roundUpLog(c.cout / c.groups, 16),
    "steps up to 16": (c) => roundUpLog(lineOutput(c), 16),
    "is depthwise": (c) => flag(c.groups > 1 && c.groups === c.cin),
    "is pointwise": (c) => flag(c.kernel === 1),
  },
  build(b, c) {
    const x = b.input("x", [c.batch, c.cin, c.length]);
    return activation(b, convolve(b, x, [{ ...c, size: c.length }], c), c.activation);
  },
});

/** Every input meets the kernel; `same` cuts the output to length · stride. */
const spreadOutput = (c: Line) =>
  c.padding === "same" ? c.length * c.stride : (c.length - 1) * c.stride + (c.kernel - 1) * c.dilation + 1;

export const convTransposed1d = defineKernelType({
  name: "conv-transpose-1d",
  summary: "Transposed convolution over one axis, as vocoders have. `same`: the output is length · stride.",
  fields: {
    batch: option(1, 4096),
    length: size(256, 1 << 24),
    cin: size(64),
    cout: size(32),
    kernel: size(8, 4096),
    stride: option(4, 1024),
    dilation: option(1, 4096),
    groups: option(1, 65536),
    padding: paddings,
    activation: activations,
  },
  invalid: groupsInvalid,
  repair: (c) => ({ ...c, groups: fittingGroups(c) }),
  flops: (c) => 2 * c.batch * c.length * c.cin * (c.cout / c.groups) * c.kernel,
  params: (c) => c.cin * (c.cout / c.groups) * c.kernel + c.cout,
  elements: (c) => ({ input: c.batch * c.cin * c.length, output: c.batch * c.cout * spreadOutput(c) }),
  derived: {
    "log rows": (c) => Math.log((c.cout / c.groups) * c.kernel),
    "log overlap": (c) => Math.log(c.kernel / c.stride),
    "cin up to 16": (c) => roundUpLog(c.cin / c.groups, 16),
  },
  build(b, c) {
    const surplus = c.padding === "valid" ? 0 : (c.kernel - 1) * c.dilation + 1 - c.stride;
    const total = Math.max(0, surplus);
    const y = b.node(
      "ConvTranspose",
      [
        b.input("x", [c.batch, c.cin, c.length]),
        b.constant([c.cin, c.cout / c.groups, c.kernel]),
        b.constant([c.cout]),
      ],
      {
        dilations: [c.dilation],
        group: c.groups,
        kernel_shape: [c.kernel],
        output_padding: [Math.max(0, -surplus)],
        pads: [Math.floor(total / 2), Math.ceil(total / 2)],
        strides: [c.stride],
      },
    );
    return activation(b, y, c.activation);
  },
});

interface Volume {
  readonly d: number;
  readonly h: number;
  readonly w: number;
  readonly kernelD: number;
  readonly kernelH: number;
  readonly kernelW: number;
  readonly strideD: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilation: number;
  readonly padding: string;
}
const volumeWindows = ({ dilation, ...c }: Volume): Window[] => [
  { size: c.d, kernel: c.kernelD, stride: c.strideD, dilation },
  { size: c.h, kernel: c.kernelH, stride: c.strideH, dilation },
  { size: c.w, kernel: c.kernelW, stride: c.strideW, dilation },
];
const voxels = (c: Volume) =>
  volumeWindows(c).reduce((n, w) => n * windowOutput(w.size, w.kernel, w.stride, w.dilation, c.padding), 1);
const volumeInvalid = (c: Volume) =>
  c.padding === "valid" && volumeWindows(c).some((window) => spanOf(window) > window.size)
    ? "the window does not fit into the volume"
    : undefined;

export const conv3d = defineKernelType({
  name: "conv-3d",
  summary: "Convolution over three axes (video, scans), grouped by `groups`, activation where fused.",
  fields: {
    batch: option(1, 1024),
    d: size(16, 4096),
    h: size(28, 4096),
    w: size(28, 4096),
    cin: size(16),
    cout: size(32),
    kernelD: size(3, 64),
    kernelH: size(3, 64),
    kernelW: size(3, 64),
    strideD: option(1, 64),
    strideH: option(1, 64),
    strideW: option(1, 64),
    dilation: option(1, 64),
    groups: option(1, 65536),
    padding: paddings,
    activation: activations,
  },
  invalid: (c) => groupsInvalid(c) ?? volumeInvalid(c),
  repair: (c) => ({ ...c, groups: fittingGroups(c), padding: volumeInvalid(c) === undefined ? c.padding : "same" }),
  flops: (c) => 2 * c.batch * voxels(c) * c.cout * (c.cin / c.groups) * c.kernelD * c.kernelH * c.kernelW,
  params: (c) => c.cout * (c.cin / c.groups) * c.kernelD * c.kernelH * c.kernelW + c.cout,
  elements: (c) => ({ input: c.batch * c.cin * c.d * c.h * c.w, output: c.batch * c.cout * voxels(c) }),
  derived: {
    "log voxels": (c) => Math.log(voxels(c)),
    "log window": (c) => Math.log(c.kernelD * c.kernelH * c.kernelW),
    "log depth": (c) => Math.log((c.cin / c.groups) * c.kernelD * c.kernelH * c.kernelW),
    "cout up to 16": (c) => roundUpLog(c.cout / c.groups, 16),
    "is depthwise": (c) => flag(c.groups > 1 && c.groups === c.cin),
    "is pointwise": (c) => flag(c.kernelD * c.kernelH * c.kernelW === 1),
  },
  build(b, c) {
    const x = b.input("x", [c.batch, c.cin, c.d, c.h, c.w]);
    return activation(b, convolve(b, x, volumeWindows(c), c), c.activation);
  },
});
