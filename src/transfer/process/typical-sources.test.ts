import assert from "node:assert/strict";
import { test } from "node:test";
import { tableOf } from "./columns.js";
import { typicalSources } from "./typical-sources.js";

/** Three families of profiles; sources of a family differ in speed alone. */
const logs = tableOf(
  Array.from({ length: 40 }, (_, i) => Array.from({ length: 12 }, (_, s) => s + Math.sin(i * (1 + (s % 3))))),
);

test("one source of each family is enough to stand for a pool", () => {
  assert.deepEqual(
    typicalSources(logs, 3, 1)
      .map((s) => s % 3)
      .sort(),
    [0, 1, 2],
  );
  assert.deepEqual(typicalSources(logs, 3, 1), typicalSources(logs, 3, 1));
});

test("a small pool is taken as it is", () => {
  assert.equal(typicalSources(logs, 12, 1).length, 12);
  assert.deepEqual(typicalSources({ rows: 5, columns: 0, values: new Float64Array(0) }, 3, 1), []);
});
