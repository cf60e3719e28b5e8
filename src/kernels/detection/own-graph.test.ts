import assert from "node:assert/strict";
import { test } from "node:test";
import { ranAlone, runsAlone } from "./own-graph.js";
import { fusionRules } from "./rules.js";

const blocked = fusionRules("onnxruntime", { nchwcBlock: 8 });
const upsampling = { c: 64, h: 28, w: 28, outH: 56, outW: 56, mode: "nearest" };

test("an upsampling alone is outside the blocked layout: the plain one", () => {
  assert.equal(ranAlone("resize", upsampling, blocked)?.type, "resize-plain");
  assert.equal(runsAlone("resize", upsampling, blocked), false);
});

test("a transpose that moves nothing is no kernel of its type; one that moves something is itself", () => {
  const still = { perm: "0321", d0: 88, d1: 144, d2: 1, d3: 1, d4: 1 };
  assert.equal(runsAlone("transpose", still, blocked), false);
  const moves = { perm: "10", d0: 196, d1: 192, d2: 1, d3: 1, d4: 1 };
  assert.deepEqual(ranAlone("transpose", moves, blocked)?.config, moves);
});

test("a GELU that is not fused is no bias-gelu; reorders, and types of one's own, are what they are", () => {
  assert.equal(ranAlone("bias-gelu", { rows: 96, columns: 352, form: "tanh" }, blocked), undefined);
  const reorder = { direction: "to-nchw", batch: 1, c: 64, h: 56, w: 56 };
  assert.deepEqual(ranAlone("reorder", reorder, blocked), { type: "reorder", config: reorder });
  assert.deepEqual(ranAlone("my-type", { x: 1 }, blocked), { type: "my-type", config: { x: 1 } });
});
