// Makes hostile files (tables, archives of measurements, predictors, models, names) and gives each to every command that takes such a
// file (needs a build). Usage: node scripts/reliability/hostile.mjs [--short] [--only WORDS] [--timeout-s 60]
// Prints one JSON document; exit code 1 for an untyped error, a hang, too much memory, or a file written outside of the workspace.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    "timeout-s": { type: "string", default: "60" },
  },
});
const dist = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const [{ hostileCases }, { fullScale, shortScale }, { emptyReport, runCase }, { soundFiles }, { runUploads }] =
  await Promise.all(
    ["cases", "files", "run", "sound", "uploads"].map((name) => dist(`test/reliability/hostile/${name}.js`)),
  );
/** 512 MB, and as much again that DuckDB may use. */
const limits = { timeoutMs: Number(values["timeout-s"]) * 1000, peakMb: 1024 };

const root = mkdtempSync(join(tmpdir(), "hostile-to-litepred-"));
const files = join(root, "files");
mkdirSync(files);
const scale = values.short ? shortScale : fullScale;
const cases = (await hostileCases(files, soundFiles(files), scale)).filter(({ name }) => name.includes(values.only));
const report = emptyReport();
for (const [i, one] of cases.entries()) {
  const before = report.faults.length;
  await runCase(one, root, limits, report);
  process.stderr.write(`${i + 1}/${cases.length} ${one.name}\n`);
  for (const fault of report.faults.slice(before)) process.stderr.write(`  ! ${fault}\n`);
}
if ("uploads".includes(values.only)) await runUploads(root, scale, report);
rmSync(root, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify({ cases: cases.length, ...report }, null, 2)}\n`);
process.exitCode = report.faults.length > 0 ? 1 : 0;
