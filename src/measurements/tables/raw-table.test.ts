import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRawTable } from "./raw-table.js";

const parse = (text: string) => parseRawTable(text, "conv.csv");

test("fields, numbers and words; byte-order mark, CRLF, spaces and blank lines do not matter", () => {
  const table = parse("\uFEFFhw, cin,kind,latency_ms\r\n8, 16,relu,1.5\r\n\r\n4,1e2,none,2\r\n");
  assert.deepEqual(table.fields, ["hw", "cin", "kind"]);
  assert.deepEqual(
    table.rows.map((row) => row.config),
    [
      { hw: 8, cin: 16, kind: "relu" },
      { hw: 4, cin: 100, kind: "none" },
    ],
  );
  assert.deepEqual(
    table.rows.map((row) => row.latencyMs),
    [1.5, 2],
  );
  assert.deepEqual(table.rejected, []);
});

test("bad rows are returned with their line and reason", () => {
  const { rows, rejected } = parse("a,latency_ms\n1,0\n2,-3\n3,nan\n4,\n,5\n6,inf\n7,fast\n8,1,2\n9,1\n");
  assert.deepEqual(
    rows.map((row) => row.config.a),
    [9],
  );
  assert.deepEqual(
    rejected.map((r) => r.line),
    [2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.ok(rejected.every((r) => r.file === "conv.csv" && r.reason.length > 0));
});

test("repeats become their median; an eval row is never a train row as well", () => {
  const repeats = parse("a,latency_ms\n1,5\n1,1\n1,2\n2,7\n");
  assert.deepEqual(
    repeats.rows.map((row) => row.latencyMs),
    [2, 7],
  );
  const split = parse("a,latency_ms,split\n1,5,train\n1,1,eval\n2,7,train\n3,7,test\n");
  assert.deepEqual(
    split.rows.map((row) => [row.latencyMs, row.split]),
    [
      [1, "eval"],
      [7, "train"],
    ],
  );
  assert.deepEqual(
    split.rejected.map((r) => r.line),
    [2, 5],
  );
});

test("unusable headers are refused", () => {
  for (const header of [
    "",
    "a,b",
    "latency_ms",
    "a,a,latency_ms",
    "a,latency_ms,note",
    "a,,latency_ms",
    "split,latency_ms",
  ])
    assert.throws(() => parse(`${header}\n1,2\n`), { code: "invalid-table" }, header);
});
