import assert from "node:assert/strict";
import { test } from "node:test";
import { createCoreSpeed } from "./core-speed.js";

test("a core is at its full speed some of the time, whatever the machine does", () => {
  const core = createCoreSpeed();
  const answers = Array.from({ length: 500 }, () => core.isFull());
  assert.ok(answers.includes(true));
});
