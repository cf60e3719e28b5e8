import assert from "node:assert/strict";
import { test } from "node:test";
import { createCoreSpeed } from "./core-speed.js";

test("a core is at its full speed some of the time, whatever the machine does", () => {
  const core = createCoreSpeed(false);
  for (let i = 0; i < 500; i++) core.state();
  assert.ok(core.fullShare() > 0 && core.fullShare() <= 1);
});
