import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { keptFile, keptRuns, keptValue } from "./kept-runs.js";

const home = mkdtempSync(join(tmpdir(), "litepred-kept-"));
after(() => rmSync(home, { recursive: true, force: true }));

interface Run {
  readonly seed: number;
  readonly value: number;
}

test("a run is done once, over calls; one that fails is not kept", async () => {
  const file = keptFile(home, "runs", { rows: 1 });
  let done = 0;
  const ask = (seed: number) =>
    keptRuns<Run>(file).findOrDo(
      (run) => run.seed === seed,
      async () => ({ seed, value: ++done }),
    );
  assert.deepEqual(
    [await ask(1), await ask(2), await ask(1)].map(({ value }) => value),
    [1, 2, 1],
  );
  const fails = keptRuns<Run>(file).findOrDo(
    () => false,
    () => Promise.reject(new Error("cut off")),
  );
  await assert.rejects(fails, /cut off/);
  assert.equal(keptRuns<Run>(file).runs.length, 2);
});

test("other circumstances are another file; the order of their fields does not matter", () => {
  assert.equal(keptFile(home, "e", { a: 1, b: 2 }), keptFile(home, "e", { b: 2, a: 1 }));
  assert.notEqual(keptFile(home, "e", { a: 1, b: 2 }), keptFile(home, "e", { a: 1, b: 3 }));
});

test("a file may be checked before it is believed", () => {
  const file = join(home, "bad.json");
  writeFileSync(file, "{}");
  const check = () => {
    throw new Error("not a list of runs");
  };
  assert.throws(() => keptRuns<Run>(file, check), /not a list/);
});

test("a value is made once and comes back in its own form", async () => {
  const form = { write: (n: number) => Uint8Array.of(n), read: (bytes: Uint8Array) => bytes[0]! };
  let made = 0;
  const ask = () => keptValue(join(home, "value.bin"), async () => 40 + ++made, form);
  assert.deepEqual([await ask(), await ask()], [41, 41]);
  const asJson = () => keptValue(join(home, "value.json"), async () => ({ made: ++made }));
  assert.deepEqual([await asJson(), await asJson()], [{ made: 2 }, { made: 2 }]);
});
