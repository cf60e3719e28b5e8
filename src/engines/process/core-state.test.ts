import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readCpuFacts } from "../../platforms/index.js";
import { coreState, coreStates, coreStateVariables, settleCoreState } from "./core-state.js";

test("the state of the core is chosen once for a workspace, and engines are told", async () => {
  const home = mkdtempSync(join(tmpdir(), "litepred-core-"));
  try {
    const first = await settleCoreState(home);
    assert.ok(coreStates.includes(first));
    const file = join(home, "core-state.json");
    const kept = JSON.parse(readFileSync(file, "utf8")) as { cpu: string; state: string };
    assert.deepEqual([kept.cpu, kept.state], [readCpuFacts().model, first]);
    const other = first === "full" ? "shared" : "full";
    writeFileSync(file, JSON.stringify({ ...kept, state: other }));
    assert.equal(await settleCoreState(home), other);
    assert.equal(coreState(), other);
    assert.deepEqual(coreStateVariables(), { LITEPRED_CORE_STATE: other });
    // What was chosen on another machine, or is damaged, does not count.
    writeFileSync(file, JSON.stringify({ ...kept, cpu: "another" }));
    assert.ok(coreStates.includes(await settleCoreState(home)));
    assert.equal((JSON.parse(readFileSync(file, "utf8")) as { cpu: string }).cpu, readCpuFacts().model);
    writeFileSync(file, "{");
    assert.ok(coreStates.includes(await settleCoreState(home)));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
