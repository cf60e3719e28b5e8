import assert from "node:assert/strict";
import { test } from "node:test";
import { givenSymbol, namesIn, sizeOfSymbol } from "./symbols.js";

const symbols = new Map([
  ["past_sequence_length", 512],
  ["sequence_length", 3],
  ["s0", 7],
  ["odd + name", 5],
]);

test("sums, differences, products and quotients of names that are known", () => {
  assert.equal(sizeOfSymbol("past_sequence_length + sequence_length", symbols), 515);
  assert.equal(sizeOfSymbol("2*s0 - 4", symbols), 10);
  assert.equal(sizeOfSymbol("s0//2", symbols), 3);
  assert.equal(sizeOfSymbol("s0 + unknown", symbols), undefined);
  assert.equal(sizeOfSymbol("s0 // 0", symbols), undefined);
  assert.equal(sizeOfSymbol("odd + name", symbols), 5);
});

test("names in an expression, and a size given for one", () => {
  assert.deepEqual(namesIn("2*s0 + past"), ["s0", "past"]);
  assert.equal(givenSymbol("s0", [9]), 9);
  assert.throws(() => givenSymbol("s0", [1, 2]), { code: "bad-usage" });
});
