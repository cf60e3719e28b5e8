import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGraphBuilder, type GraphBuilder } from "./builder.js";
import * as layers from "./index.js";

/** Shape that a layer gives to an input of this shape, and the operators it is made of. */
function trace(shape: readonly number[], layer: (b: GraphBuilder, x: string) => string) {
  const b = createGraphBuilder("test");
  const y = layer(b, b.input("x", shape));
  return { shape: b.shape(y), operators: b.build([y]).nodes.map((node) => node.operator) };
}

describe("layers", () => {
  it("convolutions have the sizes of PyTorch", () => {
    const conv = (h: number, options: Partial<layers.ConvOptions>) =>
      trace([1, 8, h, h + 1], (b, x) => layers.conv(b, x, { cout: 16, kernel: 3, ...options })).shape;
    assert.deepEqual(conv(9, {}), [1, 16, 9, 10]);
    assert.deepEqual(conv(9, { stride: 2 }), [1, 16, 5, 5]);
    assert.deepEqual(conv(9, { padding: "valid" }), [1, 16, 7, 8]);
    assert.deepEqual(conv(9, { dilation: 2 }), [1, 16, 9, 10]);
    assert.deepEqual(conv(9, { kernel: [1, 7] }), [1, 16, 9, 10]);
    assert.deepEqual(conv(9, { kernel: 4, stride: 4 }), [1, 16, 3, 3]);
    assert.deepEqual(conv(9, { kernel: 4, stride: 4, padding: 0 }), [1, 16, 2, 2]);
    assert.deepEqual(conv(9, { padding: [0, 0, 1, 1], stride: 2 }), [1, 16, 4, 5]);
    assert.deepEqual(conv(9, { groups: 4 }), [1, 16, 9, 10]);
  });

  it("transposed convolutions multiply the size by the stride", () => {
    for (const kernel of [1, 2, 3, 4, 5])
      for (const stride of [1, 2, 3]) {
        const { shape } = trace([1, 4, 5, 6], (b, x) => layers.convTranspose(b, x, { cout: 2, kernel, stride }));
        assert.deepEqual(shape, [1, 2, 5 * stride, 6 * stride]);
      }
  });

  it("every activation keeps the shape", () => {
    for (const kind of layers.activationNames) {
      const { shape, operators } = trace([2, 3, 4], (b, x) => layers.activation(b, x, kind));
      assert.deepEqual(shape, [2, 3, 4]);
      assert.equal(operators.length === 0, kind === "none");
    }
  });

  it("fc is Gemm on matrices and MatMul + Add on sequences", () => {
    assert.deepEqual(
      trace([2, 8], (b, x) => layers.fc(b, x, 5)),
      { shape: [2, 5], operators: ["Gemm"] },
    );
    const sequence = trace([1, 7, 8], (b, x) => layers.fc(b, x, 5));
    assert.deepEqual(sequence, { shape: [1, 7, 5], operators: ["MatMul", "Add"] });
  });

  it("blocks keep the shape", () => {
    const image = [1, 8, 6, 6];
    assert.deepEqual(trace(image, (b, x) => layers.squeezeExcite(b, x, { squeeze: 2 })).shape, image);
    assert.deepEqual(trace(image, (b, x) => layers.channelShuffle(b, x, 2)).shape, image);
    assert.deepEqual(trace(image, layers.batchNorm).shape, image);
    const tokens = [1, 9, 12];
    assert.deepEqual(trace(tokens, layers.layerNorm).shape, tokens);
    assert.deepEqual(trace(tokens, layers.geluTanh).shape, tokens);
  });

  it("pools, cuts and resizes", () => {
    const image = [1, 8, 7, 7];
    assert.deepEqual(trace(image, (b, x) => layers.maxPool(b, x, { kernel: 3, stride: 2 })).shape, [1, 8, 4, 4]);
    assert.deepEqual(trace(image, (b, x) => layers.avgPool(b, x, { kernel: 2 })).shape, [1, 8, 4, 4]);
    const ceil = { kernel: 2, padding: 0, ceil: true } as const;
    assert.deepEqual(trace(image, (b, x) => layers.avgPool(b, x, ceil)).shape, [1, 8, 4, 4]);
    assert.deepEqual(trace(image, layers.globalAvgPool).shape, [1, 8, 1, 1]);
    assert.deepEqual(trace(image, layers.flatten).shape, [1, 392]);
    assert.deepEqual(trace(image, (b, x) => layers.mean(b, x, [2, 3])).shape, [1, 8]);
    assert.deepEqual(trace(image, (b, x) => layers.slice(b, x, 1, 1, 8, 2)).shape, [1, 4, 7, 7]);
    assert.deepEqual(trace(image, (b, x) => layers.resize(b, x, 14, 21, "linear")).shape, [1, 8, 14, 21]);
    assert.deepEqual(trace(image, (b, x) => layers.concat(b, layers.split(b, x, [3, 5]))).shape, image);
  });
});
