import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readKept, saveWhole } from "./files.js";

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
