import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelTypeOf } from "../kernels/index.js";
import { outOfRangeReason, tooSmallReason } from "./range.js";

const dense = kernelTypeOf("fc");

test("how often the same is done may be far from what was measured, sizes of what is done may not", () => {
  const ranges = { rows: { min: 4, max: 6400 }, cin: { min: 16, max: 4096 } };
  assert.equal(outOfRangeReason(ranges, { rows: 38_416, cin: 64 }, dense), undefined);
  assert.equal(outOfRangeReason(ranges, { rows: 1, cin: 64 }, dense), undefined);
  assert.match(outOfRangeReason(ranges, { rows: 100_000, cin: 64 }, dense)!, /rows 100000 is outside/);
  assert.match(outOfRangeReason(ranges, { rows: 64, cin: 8192 }, dense)!, /cin 8192 is outside/);
  assert.equal(outOfRangeReason(ranges, { rows: 64, cin: 5000 }, dense), undefined);
});

test("axes of what is bound by memory may be several times as long as those that were measured", () => {
  const ranges = { c: { min: 8, max: 768 }, h: { min: 7, max: 2048 } };
  assert.equal(outOfRangeReason(ranges, { c: 1, h: 3136 }, kernelTypeOf("activation")), undefined);
  assert.match(outOfRangeReason(ranges, { c: 8, h: 20_000 }, kernelTypeOf("activation"))!, /h 20000 is outside/);
});

test("a way of transposing that was measured covers others of its kind", () => {
  const transpose = kernelTypeOf("transpose");
  const ranges = { perm: { values: ["10", "210"] } };
  assert.equal(outOfRangeReason(ranges, { perm: "13240" }, transpose), undefined);
  assert.equal(outOfRangeReason(ranges, { perm: "021" }, transpose), undefined);
  assert.match(outOfRangeReason(ranges, { perm: "102" }, transpose)!, /perm 102 was not among/);
});

test("what is smaller than all that was measured is outside, unless that was small itself", () => {
  assert.match(tooSmallReason(100_000, 50_000)!, /50000 elements are fewer/);
  assert.equal(tooSmallReason(1458, 288), undefined);
  assert.equal(tooSmallReason(undefined, 1), undefined);
});

test("element by element only how many there are counts, where that is known and nothing is broadcast", () => {
  const ranges = { c: { min: 8, max: 1536 }, h: { min: 7, max: 56 }, broadcast: { values: ["none", "channel"] } };
  const add = kernelTypeOf("add");
  const config = { c: 32_768, h: 14, broadcast: "none" };
  assert.equal(outOfRangeReason(ranges, config, add, { elements: 1e6, most: 5e5 }), undefined);
  assert.match(outOfRangeReason(ranges, config, add, { elements: 1e7, most: 5e5 })!, /10000000 elements are far more/);
  assert.match(outOfRangeReason(ranges, config, add)!, /c 32768 is outside/);
  const broadcast = { ...config, broadcast: "channel" };
  assert.match(outOfRangeReason(ranges, broadcast, add, { elements: 1e6, most: 5e5 })!, /c 32768 is outside/);
});
