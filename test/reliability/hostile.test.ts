/** Some of the hostile files, small, each with the first command that takes it; scripts/reliability/hostile.mjs has all of them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { hostileCases } from "./hostile/cases.js";
import { shortScale } from "./hostile/files.js";
import { emptyReport, runCase } from "./hostile/run.js";
import { soundFiles } from "./hostile/sound.js";

const root = mkdtempSync(join(tmpdir(), "litepred-hostile-"));
after(() => rmSync(root, { recursive: true, force: true }));

const names = [
  "table many columns",
  "table one config many times",
  "table names of properties",
  "table a device without end",
  "archive many rows",
  "archive long texts",
  "archive called [ab]",
  "archive a pipe",
  "predictor weights NaN",
  "predictor weights 0",
  "predictor no models",
  "predictor deep settings",
  "predictor user type of many fields",
  "predictor metadata that is a tensor",
  "model weights with NUL",
  "model zeros of 1e18",
  'name "../../outside/cpu/x/fp32"',
];

test("hostile files end in a line or a lawful result, in bounded memory, and nothing is written outside of the workspace", async () => {
  if (process.platform === "win32") return;
  const files = join(root, "files");
  mkdirSync(files);
  const cases = await hostileCases(files, soundFiles(files), shortScale);
  const chosen = cases.filter(({ name }) => names.includes(name));
  assert.equal(chosen.length, names.length);
  const report = emptyReport();
  for (const { name, commands } of chosen)
    await runCase({ name, commands: commands.slice(0, 1) }, root, { timeoutMs: 120_000, peakMb: 1024 }, report);
  assert.deepEqual(report.faults, []);
});
