import assert from "node:assert/strict";
import { test } from "node:test";
import { checkChaos } from "./chaos.js";

test("an engine that crashes, hangs or answers nonsense costs one recorded failure each", async () => {
  const misdeeds = await checkChaos(40, 0.3);
  assert.ok(misdeeds >= 6, `${misdeeds} misdeeds`);
});

// LITEPRED_CHAOS=800 node --test …: about 200 misdeeds, some minutes.
test("the same many times", {
  skip: process.env.LITEPRED_CHAOS === undefined && "set LITEPRED_CHAOS=800",
}, async () => {
  const misdeeds = await checkChaos(Number(process.env.LITEPRED_CHAOS), 0.25);
  process.stderr.write(`${misdeeds} misdeeds\n`);
});
