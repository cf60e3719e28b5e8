import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean, nearest, own, unknownName } from "./lookup.js";

test("what every object has is no entry of a table", () => {
  const table = { Relu: 1 };
  assert.equal(own(table, "Relu"), 1);
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"])
    assert.equal(own(table, name), undefined);
});

test("the nearest name is told where one is near, and nothing where none is", () => {
  const names = ["threads", "level", "delegate"];
  assert.equal(nearest("thread", names), "threads");
  assert.equal(nearest("LEVEL", names), "level");
  assert.equal(nearest("zebra-crossing", names), undefined);
  assert.equal(nearest("x", []), undefined);
  assert.equal(didYouMean("levle", names), 'did you mean "level"? ');
  assert.equal(didYouMean("q", names), "");
});

test("the error for a name that there is not says the nearest, then all", () => {
  const { code, message, hint } = unknownName("option", "thread", ["threads", "level"], "bad-usage");
  assert.deepEqual(
    [code, message, hint],
    ["bad-usage", 'there is no option "thread"', 'did you mean "threads"? There are threads, level.'],
  );
});
