import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoundArchitecture } from "../../jobs/search.js";
import { nasPage } from "./page.js";
import { nasRow } from "./report.js";

const found = (accuracy: number): FoundArchitecture => ({
  ...{ architecture: { r: 224 }, encoding: [accuracy], accuracy, macs: 1, params: 1, verified: true, isKnee: false },
  accuracyInterval: { level: 0.9, low: accuracy - 1, high: accuracy + 1 },
  platforms: [{ platform: "p", latencyMs: 5, interval: { level: 0.9, lowMs: 4, highMs: 6 }, measuredMs: 5 }],
});
const what = { platform: "p", baseline: "MobileNetV2", publishedTop1: 72 };

test("the most accurate that is as fast when measured again", () => {
  const row = nasRow(
    what,
    [5, 5.2, 5.1],
    [
      { found: found(77), looksMs: [5.2, 5.3, 5.0] },
      { found: found(76), looksMs: [5.1, 5.0, 9] },
      { found: found(75), looksMs: [4, 4, 4] },
    ],
  );
  assert.deepEqual([row.ours?.top1, row.ours?.measuredMs, row.ours?.gain, row.baselineMs], [76, 5.1, 4, 5.1]);
  assert.match(nasPage({ date: "2026-01-01T", level: 0.9, rows: [row], problems: [] }), /\+4\.0/);
});

test("nothing as fast is no row of ours", () => {
  const row = nasRow(
    what,
    [5],
    [
      { found: found(77), looksMs: [6] },
      { found: found(78), looksMs: [] },
    ],
  );
  assert.equal(row.ours, undefined);
  assert.match(nasPage({ date: "2026-01-01T", level: 0.9, rows: [row], problems: [] }), /\| – \|/);
});
