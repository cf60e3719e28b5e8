import assert from "node:assert/strict";
import { test } from "node:test";
import { isBetterBeyondLuck } from "./beyond-luck.js";

test("better by more than luck: differences on the same things decide, and no single one does", () => {
  const own = Array.from({ length: 24 }, (_, i) => 0.02 + 0.001 * (i % 5));
  assert.equal(isBetterBeyondLuck(own, own), false);
  const worse = own.map((error) => error + 0.01);
  assert.equal(isBetterBeyondLuck(own, worse), true);
  assert.equal(isBetterBeyondLuck(worse, own), false);
  const oneWrong = own.map((error, i) => (i === 7 ? 2 : error));
  assert.equal(isBetterBeyondLuck(own, oneWrong), false);
});
