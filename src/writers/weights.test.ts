import assert from "node:assert/strict";
import { test } from "node:test";
import { createGraphBuilder, type GraphBuilder } from "../graph/index.js";
import { readersOf, weightRange } from "./weights.js";

/** Variance of the weights of the first convolution times their fan-in. */
function varianceOf(build: (b: GraphBuilder, convolved: string, x: string) => string): number {
  const b = createGraphBuilder("test");
  const x = b.input("x", [1, 8, 14, 14]);
  const weights = b.constant([8, 8, 3, 3]);
  const graph = b.build([build(b, b.node("Conv", [x, weights], { pads: [1, 1, 1, 1] }), x)]);
  const { high } = weightRange(graph.tensors.get(weights)!, readersOf(graph).get(weights));
  return (high ** 2 / 3) * 72;
}
const near = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) < 1e-9, `${value}, not ${wanted}`);

test("weights make up for the activation that follows, also behind normalisation and bias", () => {
  near(
    varianceOf((b, y) => b.node("Relu", [y])),
    2,
  );
  near(
    varianceOf((b, y) => b.node("Mul", [b.node("Sigmoid", [y]), y])),
    2,
  );
  const channels = (b: GraphBuilder) => b.constant([8]);
  near(
    varianceOf((b, y) =>
      b.node("Relu", [b.node("BatchNormalization", [y, channels(b), channels(b), channels(b), channels(b)])]),
    ),
    2,
  );
  near(
    varianceOf((b, y) => b.node("Relu", [b.node("Add", [y, b.constant([1, 8, 1, 1])])])),
    2,
  );
});

test("without an activation they neither grow nor shrink what passes, and branches add little", () => {
  near(
    varianceOf((b, y) => b.node("Concat", [y, y], { axis: 1 })),
    1,
  );
  near(
    varianceOf((_, y) => y),
    1,
  );
  near(
    varianceOf((b, y, x) => b.node("Add", [y, x])),
    0.1,
  );
});
