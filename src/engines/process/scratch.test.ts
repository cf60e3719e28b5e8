import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeScratch, removeOrphans } from "./scratch.js";

test("a folder whose process is gone is taken away, and the engine that it left running with it", async (t) => {
  if (!existsSync("/proc/self/stat")) return t.skip("no /proc");
  const engine = spawn("sleep", ["60"]);
  const ended = new Promise<string | null>((resolve) => engine.on("exit", (_code, signal) => resolve(signal)));
  const mine = await makeScratch();
  mine.adopt(engine.pid);
  const children = readFileSync(join(mine.folder, "children.txt"));
  removeOrphans();
  assert.ok(existsSync(mine.folder), "a live process keeps its folder");
  const orphan = join(tmpdir(), `litepred-${hostname()}-4194304-test${process.pid}`);
  mkdirSync(orphan);
  writeFileSync(join(orphan, "children.txt"), children);
  removeOrphans();
  assert.ok(!existsSync(orphan));
  assert.equal(await ended, "SIGKILL");
  await mine.remove();
  assert.ok(!existsSync(mine.folder));
});
