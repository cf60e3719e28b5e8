import assert from "node:assert/strict";
import { test } from "node:test";
import { shortened, shortWords } from "../base/index.js";
import { bar, fittedTable, wrapped } from "./fitting.js";

const columns = [
  { head: "kernel", cells: ["/features/features.2/conv/conv.0/Conv", "short"], least: 10 },
  { head: "ms", cells: ["0.43", "12.0"] },
  { head: "note", cells: ["worth a word", "none"], expendable: 1 },
];

test("a table fits from wide to narrow; numbers are never cut", () => {
  for (const width of [20, 30, 40, 80, 200]) {
    const text = fittedTable(columns, width);
    for (const line of text.split("\n")) assert.ok(line.length <= width, `${width}: ${line}`);
    assert.match(text, /0\.43[\s\S]*12\.0/);
  }
  assert.match(fittedTable(columns, 80), /features\.2\/conv\/conv\.0\/Conv.*worth a word/);
  assert.doesNotMatch(fittedTable(columns, 25), /worth/);
});

test("what would move the cursor is shown instead", () => {
  const text = fittedTable([{ head: "a", cells: ["\u001b[2Jx\ny"] }], 80);
  assert.ok(!text.includes("\u001b") && !text.includes("x\n"));
});

test("texts are cut in the middle, paths at their beginning", () => {
  assert.equal(shortened("abcdefghij", 5), "a…hij");
  assert.equal(shortened("/a/b/c/d", 5), "…/c/d");
  assert.equal(shortened("short", 5), "short");
  assert.equal(shortWords("no abcdefghij here", 5), "no a…hij here");
});

test("words wrap with an indent, bars count in eighths", () => {
  assert.deepEqual(wrapped("one two three", 8, "  "), ["  one", "  two", "  three"]);
  assert.equal(bar(1, 3), "███");
  assert.equal(bar(0.5, 3), "█▌");
  assert.equal(bar(0, 3), "");
});
