/** A file that is stepped through gives the graph that the whole file gives, and its weights are never read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readModel, withoutWeights } from "../../src/readers/index.js";
import { buildExampleModel } from "../../src/spaces/index.js";
import { writeOnnx } from "../../src/writers/index.js";
import { fixture } from "../fixtures/index.js";

async function slim(bytes: Uint8Array) {
  let read = 0;
  const found = await withoutWeights(async (offset, length) => {
    read += length;
    return bytes.slice(offset, offset + length);
  }, bytes.length);
  return { found, read };
}

const models = {
  "resnet-18": writeOnnx(buildExampleModel("resnet-18")),
  "vit-tiny": writeOnnx(buildExampleModel("vit-tiny")),
  "mobilenet_v2, exported": fixture("mobilenet_v2.torchscript").model(),
  "deit_tiny, exported": fixture("deit_tiny_patch16_224.dynamo").model(),
};
for (const [name, bytes] of Object.entries(models))
  test(`without its weights a file is the same graph: ${name}`, async () => {
    const { found, read } = await slim(bytes);
    assert.deepEqual(readModel(found!), readModel(bytes));
    if (bytes.length > 2e7) assert.ok(read < bytes.length / 4, `${read} of ${bytes.length} bytes are read`);
  });

test("what is no such file, or is cut off, is left to the reader", async () => {
  const bytes = models["resnet-18"];
  for (const damaged of [new TextEncoder().encode("no model at all"), bytes.subarray(0, bytes.length / 2)])
    assert.equal((await slim(damaged)).found, undefined);
});
