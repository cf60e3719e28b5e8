import assert from "node:assert/strict";
import { test } from "node:test";
import { crowding } from "./sizes.js";

test("rows a page apart share one set, rows of 768 bytes every fourth of them, rows of no even number of lines spread over all 64", () => {
  assert.equal(crowding(64, 1024), Math.log(64));
  assert.equal(crowding(196, 192), Math.log(196 / 16));
  assert.equal(crowding(192, 196), Math.log(192 / 64));
  assert.equal(crowding(10, 196), 0);
});
