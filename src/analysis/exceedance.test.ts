import assert from "node:assert/strict";
import { test } from "node:test";
import { normalScore, probabilityAbove, probabilityAboveMeasured, upperTail } from "./exceedance.js";

const interval = (level: number, width: number) => ({
  level,
  lowMs: 10 * Math.exp(-width),
  highMs: 10 * Math.exp(width),
});
const near = (value: number, wanted: number, error = 1e-3) => assert.ok(Math.abs(value - wanted) < error, `${value}`);

test("the normal law, by known values", () => {
  near(upperTail(0), 0.5, 1e-6);
  near(upperTail(1.959964), 0.025, 1e-6);
  near(upperTail(-1.281552), 0.9, 1e-6);
  near(normalScore(0.95), 1.644854, 1e-4);
});

test("at the end of an interval half of what it leaves out lies beyond", () => {
  const intervals = [interval(0.5, 0.02), interval(0.9, 0.1), interval(0.95, 0.2)];
  near(probabilityAbove(10, 10, intervals), 0.5);
  for (const { level, lowMs, highMs } of intervals) {
    near(probabilityAbove(highMs, 10, intervals), (1 - level) / 2);
    near(probabilityAbove(lowMs, 10, intervals), (1 + level) / 2);
  }
});

test("it falls with the limit, beyond the widest interval too", () => {
  const intervals = [interval(0.9, 0.1), interval(0.5, 0.02)];
  const limits = [5, 8, 9.9, 10, 10.3, 11, 12, 15, 30];
  const found = limits.map((limit) => probabilityAbove(limit, 10, intervals));
  assert.deepEqual(
    found,
    [...found].sort((a, b) => b - a),
  );
  assert.ok(found[0]! > 0.999 && found.at(-1)! < 0.001 && found.at(-1)! >= 0);
});

test("intervals of one width at all levels: the 90 % one, as a log-normal law", () => {
  const intervals = [0.5, 0.9, 0.95].map((level) => interval(level, 0.15));
  near(probabilityAbove(10 * Math.exp(0.15), 10, intervals), 0.05);
  near(probabilityAbove(10 * Math.exp(0.15 * (normalScore(0.99) / normalScore(0.95))), 10, intervals), 0.01);
});

test("a measured latency with its standard error", () => {
  near(probabilityAboveMeasured(10, 10, 0.02), 0.5);
  near(probabilityAboveMeasured(10 * Math.exp(0.02), 10, 0.02), 0.1587);
  assert.equal(probabilityAboveMeasured(9, 10, 0), 1);
});
