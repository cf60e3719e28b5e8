import assert from "node:assert/strict";
import { test } from "node:test";
import { LitepredError } from "../../base/index.js";
import { numberOf } from "./command.js";

test("a number that an option was given", () => {
  assert.equal(numberOf({ minutes: "1.5" }, "minutes"), 1.5);
  assert.equal(numberOf({ seed: 0 }, "seed"), 0);
});

test("what is no number is refused, with the option as it is written", () => {
  for (const text of ["abc", "", "1h", "NaN", "Infinity"])
    assert.throws(
      () => numberOf({ minutesApart: text }, "minutesApart"),
      (error) =>
        error instanceof LitepredError &&
        error.code === "bad-usage" &&
        error.message.includes(`--minutes-apart ${text}`),
    );
});
