/** What SAME means in TensorFlow: output ceil(size / stride), the odd pixel at the end; begins, then ends. */
export function samePads(
  size: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): number[] {
  const total = size.map((length, axis) => {
    const span = (kernel[axis]! - 1) * dilations[axis]! + 1;
    return Math.max(0, (Math.ceil(length / strides[axis]!) - 1) * strides[axis]! + span - length);
  });
  return [...total.map((pad) => Math.floor(pad / 2)), ...total.map((pad) => Math.ceil(pad / 2))];
}
