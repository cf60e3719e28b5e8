/** Convolutions. Weights: OHWI in the file, OIHW in the graph; 1HW(I·multiplier) for depthwise ones. */
import { identity, nhwc } from "../../../graph/index.js";
import { type FileOperator, optionsOf } from "../model.js";
import type { Raising } from "../raising.js";
import {
  activationOf,
  fail,
  input,
  type OperatorTable,
  optional,
  output,
  type RaiseOperator,
  windowOf,
} from "./common.js";

const ohwi = nhwc;
/** Stored OHWI of a transposed convolution, stored 1HWO of a depthwise one. */
const ohwiOfIohw = [1, 2, 3, 0];

function biasOf(r: Raising, op: FileOperator, place: number): string[] {
  const bias = optional(op, place);
  return bias === undefined ? [] : [r.read(bias, identity(1))];
}

const conv: RaiseOperator = (r, op) => {
  const options = optionsOf(op, "Conv2DOptions");
  const x = r.read(input(op, 0), nhwc);
  const weights = r.read(input(op, 1), ohwi);
  const [, cin, ...size] = r.shapeOf(x) as [number, number, number, number];
  const [, perGroup, ...kernel] = r.shapeOf(weights) as [number, number, number, number];
  const group = cin / perGroup;
  if (!Number.isInteger(group) || group < 1) fail(op, `has ${cin} channels and weights for ${perGroup}`);
  const inputs = [x, weights, ...biasOf(r, op, 2)];
  const attributes = { ...windowOf(op, options, size, kernel), group };
  r.result(output(op), nhwc, "Conv", inputs, attributes, activationOf(r, op, options.fusedActivationFunction));
};

const depthwise: RaiseOperator = (r, op) => {
  const options = optionsOf(op, "DepthwiseConv2DOptions");
  const x = r.read(input(op, 0), nhwc);
  const weights = r.read(input(op, 1), ohwiOfIohw);
  const [, group, ...size] = r.shapeOf(x) as [number, number, number, number];
  const kernel = r.shapeOf(weights).slice(2);
  const inputs = [x, weights, ...biasOf(r, op, 2)];
  const attributes = { ...windowOf(op, options, size, kernel), group };
  r.result(output(op), nhwc, "Conv", inputs, attributes, activationOf(r, op, options.fusedActivationFunction));
};

/** The file gives the size of the result; padding follows from it. */
const transposed: RaiseOperator = (r, op) => {
  const options = optionsOf(op, "TransposeConvOptions");
  const sizes = r.numbers(input(op, 0));
  const weights = r.read(input(op, 1), ohwiOfIohw);
  const x = r.read(input(op, 2), nhwc);
  const kernel = r.shapeOf(weights).slice(2);
  const from = r.shapeOf(x).slice(2);
  const { kernel_shape, strides } = windowOf(op, options, from, kernel) as Record<string, number[]>;
  const extra = from.map(
    (size, i) => strides![i]! * (size - 1) + kernel[i]! - (sizes[1 + i] ?? fail(op, "has no size")),
  );
  const cut = extra.map((value) => Math.max(0, value));
  const attributes = {
    kernel_shape: kernel_shape!,
    strides: strides!,
    pads: [...cut.map((value) => Math.floor(value / 2)), ...cut.map((value) => Math.ceil(value / 2))],
    output_padding: extra.map((value) => Math.max(0, -value)),
  };
  const inputs = [x, weights, ...biasOf(r, op, 3)];
  r.result(output(op), nhwc, "ConvTranspose", inputs, attributes, activationOf(r, op, options.fusedActivationFunction));
};

export const convolutions: OperatorTable = {
  CONV_2D: conv,
  DEPTHWISE_CONV_2D: depthwise,
  TRANSPOSE_CONV: transposed,
};
