import assert from "node:assert/strict";
import { test } from "node:test";
import { between, mergedAxes, nhwc, permute, permuteValues, reshapedPermutation, sameBytes } from "./axis-order.js";

test("values are reordered as a transpose does", () => {
  // 2 × 3 → 3 × 2
  assert.deepEqual([...permuteValues(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], [1, 0])], [1, 4, 2, 5, 3, 6]);
  // N1 C2 H1 W3 → NHWC
  const image = Float32Array.of(1, 2, 3, 10, 20, 30);
  assert.deepEqual([...permuteValues(image, [1, 2, 1, 3], nhwc)], [1, 10, 2, 20, 3, 30]);
});

test("orders that differ in axes of length 1 alone are the same bytes", () => {
  assert.equal(sameBytes([1, 8, 1, 1], nhwc, [0, 1, 2, 3]), true);
  assert.equal(sameBytes([1, 8, 2, 1], nhwc, [0, 1, 2, 3]), false);
});

test("the axes to take lead from one order to another", () => {
  const shape = [1, 2, 3, 4];
  const stored = permute(shape, nhwc);
  assert.deepEqual(permute(stored, between(nhwc, [0, 1, 2, 3])), shape);
});

test("a reshape keeps NHWC where its axes are runs of the old ones", () => {
  // Pixels merged: N C HW, stored N HW C.
  assert.deepEqual(reshapedPermutation([1, 16, 14, 14], [1, 16, 196], nhwc), [0, 2, 1]);
  // Channels split in groups.
  assert.deepEqual(reshapedPermutation([1, 16, 14, 14], [1, 4, 4, 14, 14], nhwc), [0, 3, 4, 1, 2]);
  // A vector flattens for nothing.
  assert.deepEqual(reshapedPermutation([1, 16, 1, 1], [1, 16], nhwc), [0, 1]);
  // Flattening an image mixes channels and pixels.
  assert.equal(reshapedPermutation([1, 16, 14, 14], [1, 16 * 196], nhwc), undefined);
  // No common factors.
  assert.equal(reshapedPermutation([4, 6], [6, 4], [0, 1]), undefined);
});

test("a transpose of many axes is one of few", () => {
  assert.deepEqual(mergedAxes([1, 4, 4, 14, 14], [0, 2, 1, 3, 4]), { sizes: [4, 4, 196], perm: [1, 0, 2] });
  assert.deepEqual(mergedAxes([1, 9, 3, 2, 8], [2, 0, 3, 1, 4]), { sizes: [9, 6, 8], perm: [1, 0, 2] });
});
