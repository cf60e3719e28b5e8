// Runs the compiled tests (dist/**/*.test.js) with Node's own runner and ends with "N passed, N failed, N skipped".
// Usage: node scripts/test.mjs [--dist DIR] [substring of a test file's path ...]
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const args = process.argv.slice(2);
const at = args.indexOf("--dist");
const dist = at >= 0 ? args.splice(at, 2)[1] : "dist";
const files = readdirSync(dist, { recursive: true })
  .map((file) => join(dist, String(file)))
  .filter((file) => file.endsWith(".test.js") && (args.length === 0 || args.some((part) => file.includes(part))))
  .sort();

const count = { passed: 0, failed: 0, skipped: 0 };
const stream = run({ files, concurrency: 2, timeout: 300_000 });
// A file's own entry is not a test, unless the file failed before any test ran.
const isSuite = (data) => data.details?.type === "suite";
stream.on("test:pass", (data) => {
  if (isSuite(data)) return;
  if (data.skip !== undefined) count.skipped++;
  else count.passed++;
});
stream.on("test:fail", (data) => {
  if (!isSuite(data)) count.failed++;
});
stream
  .compose(new spec())
  .on("end", () => {
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
    process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0;
  })
  .pipe(process.stdout, { end: false });
