import assert from "node:assert/strict";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { naming, partOf, readKept, removeParts, saveWhole } from "./files.js";

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

test("a link stays a link to the file that is replaced, and a device stays a device", () => {
  const folder = mkdtempSync(join(tmpdir(), "litepred-links-"));
  try {
    const [file, link] = [join(folder, "file"), join(folder, "link")];
    writeFileSync(file, "old");
    symlinkSync(file, link);
    saveWhole(link, "new");
    assert.equal(readFileSync(file, "utf8"), "new");
    assert.ok(lstatSync(link).isSymbolicLink());
    if (process.platform === "win32") return;
    const device = join(folder, "device");
    symlinkSync("/dev/null", device);
    saveWhole(device, "gone");
    assert.deepEqual([lstatSync(device).isSymbolicLink(), lstatSync("/dev/null").isCharacterDevice()], [true, true]);
    if (process.platform === "linux")
      assert.throws(() => saveWhole("/dev/full", "text"), { code: "ENOSPC", path: "/dev/full" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("faults name the file that was asked for, not the half-written one, and the folder that refuses", () => {
  const fault = (path?: string) => Object.assign(new Error("no"), { code: "ENOSPC", path });
  const thrown = (path?: string) => () =>
    naming("/a/b", () => {
      throw fault(path);
    });
  assert.throws(thrown(), { path: "/a/b" });
  assert.throws(thrown("/a/.b.host.1.part"), { path: "/a/b" });
  assert.throws(thrown("/a"), { path: "/a" });
});
