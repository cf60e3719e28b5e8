import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { partOf, readKept, removeParts, saveWhole } from "./files.js";

test("a kept file is there as a whole, in a folder that is made, and nothing else is left beside it", () => {
  const folder = mkdtempSync(join(tmpdir(), "litepred-kept-"));
  try {
    const path = join(folder, "new", "rows.json");
    assert.equal(readKept(path), undefined);
    saveWhole(path, "[1]");
    saveWhole(path, "[1,2]");
    assert.deepEqual(readKept(path), [1, 2]);
    assert.deepEqual(readdirSync(join(folder, "new")), ["rows.json"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what a dead process left half written is taken away, what a live one writes is not", () => {
  const folder = mkdtempSync(join(tmpdir(), "litepred-parts-"));
  try {
    const dead = partOf(join(folder, "a.json")).replace(`.${process.pid}.`, ".4194304.");
    const live = partOf(join(folder, "b.json"));
    const foreign = join(folder, ".c.json.elsewhere.4194304.part");
    for (const path of [dead, live, foreign]) writeFileSync(path, "{");
    removeParts(folder);
    assert.deepEqual(readdirSync(folder).sort(), [basename(live), basename(foreign)].sort());
    removeParts(join(folder, "nowhere"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
