/** Operators that cut tensors: splits, slices, steps. */
import type { Permutation } from "../../../graph/index.js";
import { type FileOperator, optionsOf, unsupported } from "../model.js";
import type { Raising } from "../raising.js";
import { axisOf, fail, input, output, type RaiseOperator, withoutAxes } from "./common.js";

function splitInto(r: Raising, op: FileOperator, x: number, axis: number, sizes?: readonly number[]): void {
  const { name, perm } = r.value(x);
  const place = axisOf(op, axis, perm.length);
  const size = r.stored(x)[place]!;
  const count = op.outputs.length;
  if (count === 0) fail(op, "has no output");
  if (sizes === undefined && size % count !== 0) fail(op, `cuts ${size} elements into ${count} parts`);
  const parts = sizes ?? new Array<number>(count).fill(size / count);
  const known = parts.reduce((sum, part) => (part === -1 ? sum : sum + part), 0);
  const whole = parts.map((part) => (part === -1 ? size - known : part));
  if (whole.length !== count || whole.some((part) => part < 0) || whole.reduce((a, b) => a + b, 0) !== size)
    fail(op, `cuts ${size} elements into ${whole}`);
  const perms = op.outputs.map(() => perm);
  r.results(op.outputs, perms, "Split", [name, r.integers(whole)], { axis: perm[place]! });
}

export const split: RaiseOperator = (r, op) => splitInto(r, op, input(op, 1), r.numbers(input(op, 0))[0]!);
export const splitV: RaiseOperator = (r, op) =>
  splitInto(r, op, input(op, 0), r.numbers(input(op, 2))[0]!, r.numbers(input(op, 1)));

export const unpack: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const place = axisOf(op, optionsOf(op, "UnpackOptions").axis ?? 0, perm.length);
  const axis = perm[place]!;
  const size = r.shapeOf(name)[axis]!;
  if (op.outputs.length !== size) fail(op, `has ${op.outputs.length} outputs for ${size} elements`);
  const kept = withoutAxes(perm, [place]);
  for (const [i, to] of op.outputs.entries())
    r.result(to, kept, "Gather", [name, r.constant([], [i], "int64")], { axis });
};

/** Begin, end and step along the stored axes `axes`. */
interface Range {
  readonly axis: number;
  readonly begin: number;
  readonly end: number;
  readonly step: number;
}

export const sliceInputs = (r: Raising, name: string, perm: Permutation, ranges: readonly Range[]): string[] => [
  name,
  r.integers(ranges.map(({ begin }) => begin)),
  r.integers(ranges.map(({ end }) => end)),
  r.integers(ranges.map(({ axis }) => perm[axis]!)),
  r.integers(ranges.map(({ step }) => step)),
];

export const slice: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const stored = r.stored(input(op, 0));
  const begin = r.numbers(input(op, 1));
  const sizes = r.numbers(input(op, 2));
  if (begin.length !== stored.length || sizes.length !== stored.length) fail(op, `has ${begin.length} begins`);
  const ranges = stored.map((length, axis) => {
    const size = sizes[axis] === -1 ? length - begin[axis]! : sizes[axis]!;
    if (!(begin[axis]! >= 0 && size >= 0 && begin[axis]! + size <= length))
      fail(op, `takes ${size} from ${begin[axis]} on of ${length} elements`);
    return { axis, begin: begin[axis]!, end: begin[axis]! + size, step: 1 };
  });
  r.result(output(op), perm, "Slice", sliceInputs(r, name, perm, ranges));
};

const isSet = (mask: number | undefined, bit: number) => (((mask ?? 0) >> bit) & 1) === 1;

/** What is before and behind all elements, for a bound that is left away. */
const beyond = 2 ** 31 - 1;

/** numpy's x[begin:end:step]; masks say which bounds are left away and which axes go. New axes are not taken. */
export const stridedSlice: RaiseOperator = (r, op) => {
  const x = input(op, 0);
  const { name, perm } = r.value(x);
  const stored = r.stored(x);
  const options = optionsOf(op, "StridedSliceOptions");
  if ((options.ellipsisMask ?? 0) !== 0 || (options.newAxisMask ?? 0) !== 0)
    unsupported(op, "with an ellipsis or a new axis is not supported");
  const [begins, ends, steps] = [1, 2, 3].map((place) => r.numbers(input(op, place))) as [number[], number[], number[]];
  if (begins.length > stored.length || ends.length !== begins.length || steps.length !== begins.length)
    fail(op, `has ${begins.length} begins, ${ends.length} ends and ${steps.length} steps`);
  const gone: number[] = [];
  const ranges = begins.map((given, axis): Range => {
    const step = steps[axis]!;
    if (step === 0) fail(op, "has a step of 0");
    if (isSet(options.shrinkAxisMask, axis)) {
      gone.push(axis);
      return { axis, begin: given, end: given === -1 ? beyond : given + 1, step: 1 };
    }
    const begin = isSet(options.beginMask, axis) ? (step > 0 ? 0 : beyond) : given;
    const relative = options.offset === true ? begin + ends[axis]! : ends[axis]!;
    const end = isSet(options.endMask, axis) ? (step > 0 ? beyond : -beyond) : relative;
    return { axis, begin, end, step };
  });
  const inputs = sliceInputs(r, name, perm, ranges);
  if (gone.length === 0) {
    r.result(output(op), perm, "Slice", inputs);
    return;
  }
  const cut = r.node("Slice", inputs);
  const axes = gone.map((axis) => perm[axis]!);
  r.result(output(op), withoutAxes(perm, gone), "Squeeze", [cut, r.integers(axes)]);
};

export const reverse: RaiseOperator = (r, op) => {
  const { name, perm } = r.value(input(op, 0));
  const axes = r.numbers(input(op, 1)).map((axis) => axisOf(op, axis, perm.length));
  const ranges = axes.map((axis) => ({ axis, begin: beyond, end: -beyond, step: -1 }));
  r.result(output(op), perm, "Slice", sliceInputs(r, name, perm, ranges));
};
