/** Small models of odd kinds (fixtures/cases): what ONNX Runtime runs, node for node, where a difference is not explained in docs/coverage.md. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { packagePath } from "../../src/base/index.js";
import { detectKernels } from "../../src/kernels/index.js";
import { readModel } from "../../src/readers/index.js";
import { compareWithOrt, localRules } from "./compare.js";

const folder = packagePath("test", "fixtures", "cases");
const bytesOf = (name: string) => new Uint8Array(gunzipSync(readFileSync(`${folder}/${name}.onnx.gz`)));

/** A loop turn by turn, a detector's boxes at the most that they can be, a sequence as its parts; open sizes. */
const explained = new Set(["08-loop-constant", "09-yolo-nms", "13-split-to-sequence", "07-decode-kv"]);

for (const file of readdirSync(folder).sort()) {
  const name = file.slice(0, -".onnx.gz".length);
  if (explained.has(name)) continue;
  test(`${name}: kernels are the nodes that ONNX Runtime runs`, async () => {
    const bytes = bytesOf(name);
    const { extra, missing } = await compareWithOrt(readModel(bytes, { name }), bytes);
    assert.deepEqual({ extra, missing }, { extra: [], missing: [] });
  });
}

const typesOf = (name: string, inputShapes = {}) =>
  detectKernels(readModel(bytesOf(name), { name, inputShapes }), localRules).kernels.map(({ type }) => type);

test("a loop of constant length is its turns, a sequence of known parts a split", () => {
  const turns = typesOf("08-loop-constant");
  assert.equal(turns.filter((type) => type === "fc").length, 50);
  // Between turns the engine works too: as long as two nodes that move nothing.
  assert.equal(turns.filter((type) => type === "copy").length, 100);
  assert.ok(typesOf("13-split-to-sequence").includes("split"));
});

test("a detector is read to its end, the boxes by their work", () => {
  assert.ok(typesOf("09-yolo-nms").includes("other-operator"));
});

test("a decoder step: sizes by their names, sums of them follow", () => {
  const graph = readModel(bytesOf("07-decode-kv"), {
    inputShapes: { sequence_length: [1], past_sequence_length: [512] },
  });
  const shapes = graph.inputs.map((name) => graph.tensors.get(name)!.shape);
  assert.ok(shapes.some((shape) => shape.at(-1) === 513 || shape.includes(512)));
  const refused = (inputShapes: Record<string, number[]>) =>
    assert.throws(() => readModel(bytesOf("07-decode-kv"), { inputShapes }), { code: "bad-usage" });
  refused({ sequence_len: [1] });
  refused({ sequence_length: [1], past_sequence_length: [-1] });
});

test("a prompt: the cache may be empty, a batch may not", () => {
  const graph = readModel(bytesOf("07-decode-kv"), {
    inputShapes: { sequence_length: [32], past_sequence_length: [0] },
  });
  assert.ok(graph.inputs.some((name) => graph.tensors.get(name)!.shape.includes(0)));
  const { kernels, unsupported } = detectKernels(graph, localRules);
  assert.ok(kernels.length > 10 && unsupported.length === 0);
  const input = graph.inputs[0]!;
  assert.throws(() => readModel(bytesOf("07-decode-kv"), { inputShapes: { [input]: [0, 32] } }), {
    code: "bad-usage",
    message: /no list of sizes/,
  });
});

test("weights of 4 bits are products of 4 bits; integers are integers", () => {
  assert.deepEqual(typesOf("06-int4-qdq"), ["matmul-nbits"]);
  assert.equal(typesOf("06-qoperator").filter((type) => type === "conv-quantised").length, 5);
  assert.equal(typesOf("06-dynamic-convinteger").filter((type) => type === "conv-quantised").length, 3);
});

test("integers that the engine has other code for by their signs", () => {
  const { kernels } = detectKernels(readModel(bytesOf("06-dynamic-convinteger"), { name: "d" }), localRules);
  const signs = new Set(kernels.flatMap(({ config }) => (config.signs === undefined ? [] : [config.signs])));
  assert.deepEqual([...signs], ["u8u8"]);
});

test("resizing outside the blocked layout is another kernel than in it", { skip: localRules.nchwcBlock === 1 }, () => {
  assert.deepEqual(typesOf("16-resize-linear"), ["resize-plain"]);
  assert.deepEqual(typesOf("16-resize-cubic"), ["resize-plain"]);
});
