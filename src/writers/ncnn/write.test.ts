import assert from "node:assert/strict";
import { test } from "node:test";
import {
  add,
  conv,
  createGraphBuilder,
  flatten,
  type Graph,
  type GraphBuilder,
  globalAvgPool,
  transpose,
} from "../../graph/index.js";
import { writeNcnn } from "./write.js";

function graphOf(build: (b: GraphBuilder) => string): Graph {
  const b = createGraphBuilder("test");
  return b.build([build(b)]);
}
const image = (b: GraphBuilder) => b.input("x", [1, 8, 14, 14]);

function parts(graph: Graph, precision: "fp32" | "int8" = "fp32") {
  const bytes = Buffer.from(writeNcnn(graph, { precision }));
  const lineEnd = bytes.indexOf("\n");
  const size = Number(bytes.subarray(0, lineEnd).toString().split(" ")[1]);
  const param = bytes.subarray(lineEnd + 1, lineEnd + 1 + size).toString();
  const [magic, counts, ...layers] = param.trimEnd().split("\n");
  return { magic, counts, layers, weightBytes: bytes.length - lineEnd - 1 - size };
}

test("a convolution with its activation, byte by byte", () => {
  const { magic, counts, layers, weightBytes } = parts(
    graphOf((b) => conv(b, image(b), { cout: 4, kernel: 3, activation: "relu" })),
  );
  assert.equal(magic, "7767517");
  assert.equal(counts, "2 2");
  assert.equal(layers[0], "Input input_0 0 1 x 0=14 1=14 2=8");
  assert.match(layers[1]!, /^Convolution \S+ 1 1 x \S+ 0=4 1=3 .*5=1 6=288 9=1/);
  // A word that names the type, the weights, the biases.
  assert.equal(weightBytes, 4 + 288 * 4 + 4 * 4);
});

test("a blob with two readers is handed out by a Split", () => {
  const { layers, counts } = parts(graphOf((b) => add(b, conv(b, image(b), { cout: 8, kernel: 1 }), "x")));
  assert.match(layers[1]!, /^Split \S+ 1 2 x x_split0 x_split1$/);
  assert.equal(counts, "4 5");
});

test("global pooling becomes an image of one pixel again", () => {
  const { layers } = parts(graphOf((b) => conv(b, globalAvgPool(b, image(b)), { cout: 4, kernel: 1 })));
  assert.match(layers[2]!, /^Reshape .* 0=1 1=1 2=8$/);
});

test("axes are permuted by ncnn's number of the order", () => {
  const order = (perm: number[]) => {
    const { layers } = parts(graphOf((b) => transpose(b, b.input("x", [1, 2, 3, 4]), perm)));
    return Number(/Permute .* 0=(\d+)$/.exec(layers[1]!)![1]);
  };
  // c h w, c w h, h c w, w h c
  assert.deepEqual(
    [
      [0, 1, 2, 3],
      [0, 1, 3, 2],
      [0, 2, 1, 3],
      [0, 3, 2, 1],
    ].map(order),
    [0, 1, 2, 5],
  );
});

test("int8 weights are bytes, padded to words, with a scale for each channel and one for the input", () => {
  const { layers, weightBytes } = parts(
    graphOf((b) => conv(b, image(b), { cout: 3, kernel: 1 })),
    "int8",
  );
  assert.match(layers[1]!, / 8=1/);
  assert.equal(weightBytes, 4 + 24 + 3 * 4 + 3 * 4 + 4);
});

test("images in batches are refused by name", () => {
  const batch = graphOf((b) => conv(b, b.input("x", [2, 8, 14, 14]), { cout: 4, kernel: 1 }));
  assert.throws(() => writeNcnn(batch), { code: "unsupported-operator", message: /Conv/ });
  const flat = graphOf((b) => flatten(b, image(b)));
  assert.doesNotThrow(() => writeNcnn(flat));
});
