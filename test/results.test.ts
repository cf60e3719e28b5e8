/** Pages of docs/results say by which command they came; what is computed from published data still comes out, a part of it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { packagePath } from "../src/base/index.js";

test("pages of results name commands that there are, and figures that can be made again come out", (t) => {
  const script = packagePath("scripts", "results.mjs");
  const { status, stdout } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stdout.match(/^! .*/gm)?.join("\n"));
  if (stdout.includes("skipped: reference data not found"))
    t.diagnostic("reference data not found: figures not made again");
});
