import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurn } from "./grouping.js";

test("lists take turns until all are used up", () => {
  assert.deepEqual(inTurn([[1, 2, 3], [], [4]]), [1, 4, 2, 3]);
  assert.deepEqual(inTurn([]), []);
});
