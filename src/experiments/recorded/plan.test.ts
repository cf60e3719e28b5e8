import assert from "node:assert/strict";
import { test } from "node:test";
import { planRecorded, targetsOfGroup } from "./plan.js";

const folders = ["a", "b", "c"].map((name) => ({ name, path: `/data/${name}` }));

test("each platform is the target of the others of its group", () => {
  const [a, b] = targetsOfGroup("phones", folders);
  assert.deepEqual(a, { name: "phones/a", folder: "/data/a", pool: ["/data/b", "/data/c"] });
  assert.deepEqual(b!.pool, ["/data/a", "/data/c"]);
});

test("all methods on all targets before the next seed", () => {
  const targets = targetsOfGroup("phones", folders);
  const plans = planRecorded(targets, { methods: ["default", "flops"], budgets: [60, 130], seeds: [1, 2] });
  assert.equal(plans.length, 24);
  assert.ok(plans.slice(0, 12).every(({ seed }) => seed === 1));
  assert.deepEqual(
    plans.slice(0, 4).map(({ target, method, budget }) => `${target.name} ${method} ${budget}`),
    ["phones/a default 60", "phones/b default 60", "phones/c default 60", "phones/a flops 60"],
  );
});
