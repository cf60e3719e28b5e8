import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { LitepredError } from "./errors.js";
import { fileFault } from "./file-faults.js";

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

test("what the file system refuses has a path, a cause and something to do", () => {
  const missing = fileFault(thrownBy(() => readFileSync("/no/such/file")));
  assert.ok(missing instanceof LitepredError);
  assert.equal(missing.code, "file-system");
  assert.match(missing.message, /^\/no\/such\/file: no such file/);
  const folder = fileFault(
    thrownBy(() => readFileSync("/")),
    "unreadable-file",
  );
  assert.equal(folder?.code, "unreadable-file");
  assert.match(String(fileFault(thrownBy(() => mkdirSync("/dev/null/x")))?.message), /a file stands where/);
  assert.match(String(fileFault(thrownBy(() => readFileSync("a\0b")))?.message), /NUL/);
});

test("other errors are left alone", () => {
  assert.equal(fileFault(new Error("internal: x")), undefined);
  assert.equal(fileFault(new LitepredError("no-data", "x")), undefined);
  assert.equal(fileFault("text"), undefined);
});
