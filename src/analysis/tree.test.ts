import assert from "node:assert/strict";
import { test } from "node:test";
import { type Block, blockTree, kernelsIn } from "./tree.js";

const kernels = (...names: string[]) => names.map((name) => ({ name }));
const shape = (block: Block<{ readonly name: string }>): unknown =>
  block.children.map((child) => ("kernel" in child ? child.kernel.name : { [child.name]: shape(child) }));

test("blocks by the paths of the names, those that hold one block only merged", () => {
  const tree = blockTree(kernels("/stem/conv/Conv", "/body/a/x/Conv", "/body/a/y/Add", "/body/b/Mul", "head"));
  assert.deepEqual(shape(tree), [
    { "stem/conv": ["/stem/conv/Conv"] },
    { body: [{ a: [{ x: ["/body/a/x/Conv"] }, { y: ["/body/a/y/Add"] }] }, { b: ["/body/b/Mul"] }] },
    "head",
  ]);
});

test("running order is kept, a block that is come back to is opened again", () => {
  const all = kernels("/a/Conv", "/b/Conv", "/a/Add", "/a/Mul", "ReorderOutput:/a/x");
  const tree = blockTree(all);
  assert.deepEqual(kernelsIn(tree), all);
  assert.deepEqual(
    tree.blocks.map(({ name }) => name),
    ["a", "b", "a"],
  );
});

test("names that nest without end, and names of objects' own properties, are names", () => {
  const deep = `${"/x".repeat(10_000)}/Conv`;
  assert.equal(kernelsIn(blockTree(kernels(deep, "/__proto__/constructor", "//", ""))).length, 4);
});
