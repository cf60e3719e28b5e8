import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createRandom } from "../../base/index.js";
import { importTables } from "../../jobs/import.js";
import { createUserKernelType } from "../../kernels/index.js";
import { importedTypes, openStore } from "../../measurements/index.js";
import { evaluateTransfer } from "./run-one.js";

const root = mkdtempSync(join(tmpdir(), "litepred-transfer-"));
after(() => rmSync(root, { recursive: true, force: true }));
const home = join(root, "home");

type Row = { hw: number; cin: number };
const random = createRandom(1);
const rows: Row[] = Array.from({ length: 150 }, (_, i) => ({ hw: 4 + i, cin: 8 * (1 + random.integer(30)) }));

/** Writes the tables of one device; every fifth row is an eval row when `split`. */
function device(name: string, latency: (row: Row) => number, split = false): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const lines = rows.map(({ hw, cin }, i) => {
    const cells = [hw, cin, latency({ hw, cin })];
    return split ? [...cells, i % 5 === 0 ? "eval" : "train"].join() : cells.join();
  });
  writeFileSync(
    join(folder, "myblock.csv"),
    `${["hw,cin,latency_ms", ...(split ? ["split"] : [])].join()}\n${lines.join("\n")}\n`,
  );
  return folder;
}
const slow = device("slow", ({ hw, cin }) => 0.1 + hw * hw * cin * 1e-5);
const fast = device("fast", ({ hw, cin }) => 0.02 + hw * hw * cin * 2e-6);
const target = device("target", ({ hw, cin }) => 0.05 + hw * hw * cin * 5e-6);
const splitTarget = device("split-target", ({ hw, cin }) => 0.05 + hw * hw * cin * 5e-6, true);

test("the report says what was measured and how well it predicts, and everything not looked at is test", async () => {
  const report = await evaluateTransfer({ target, pool: [slow, fast], budget: 20, seed: 1, home });
  assert.equal(report.measurementsUsed, 20);
  assert.equal(report.kernels.myblock!.n, rows.length - 20);
  assert.deepEqual([...report.donors.myblock!].sort(), ["fast", "slow"]);
  assert.ok(report.overall.within10 > 0.95, `within10 ${report.overall.within10}`);
  assert.equal(report.kernels.myblock!.intervalLevel, 0.9);
  for (const key of ["target", "method", "overall", "seconds"]) assert.ok(key in report);
  assert.deepEqual(JSON.parse(JSON.stringify(report)).overall.n, rows.length - 20);
});

test("eval rows are the test, all of them, and are never measured", async () => {
  const report = await evaluateTransfer({
    target: splitTarget,
    pool: [slow],
    budget: 1000,
    method: "log-linear",
    seed: 1,
    home,
  });
  assert.equal(report.kernels.myblock!.n, 30);
  assert.equal(report.measurementsUsed, 120);
});

test("without a pool it trains from scratch; baselines and unknown methods by name", async () => {
  const scratch = await evaluateTransfer({ target, pool: [], budget: 20, seed: 2, home });
  assert.deepEqual(scratch.donors.myblock, []);
  const baseline = await evaluateTransfer({ target, pool: [slow], budget: 30, seed: 2, method: "log-linear", home });
  assert.equal(baseline.method, "log-linear");
  await assert.rejects(evaluateTransfer({ target, pool: [], method: "magic", home }), { code: "unknown-name" });
  await assert.rejects(evaluateTransfer({ target, pool: [], budget: 0, home }), { code: "bad-usage" });
  await assert.rejects(evaluateTransfer({ target, pool: [], budget: 1000, home }), { code: "bad-usage" });
  await assert.rejects(evaluateTransfer({ target: join(root, "absent"), pool: [], home }), { code: "unreadable-file" });
});

test("tables of other columns are named, not used", async () => {
  const other = join(root, "other");
  mkdirSync(other);
  writeFileSync(join(other, "myblock.csv"), "width,latency_ms\n1,2\n3,4\n");
  writeFileSync(join(other, "extra.csv"), "a,latency_ms\n1,2\n3,nan\n");
  const report = await evaluateTransfer({ target, pool: [other, slow], budget: 20, home });
  assert.deepEqual(report.donors.myblock, ["slow"]);
  assert.deepEqual(report.unused.map((u) => u.type).sort(), ["extra", "myblock"]);
  assert.equal(report.rejected.length, 1);
});

test("import stores the rows and remembers the user's kernel types", async () => {
  writeFileSync(join(slow, "kernels.json"), JSON.stringify({ myblock: { flops: "2 * hw * hw * cin" } }));
  const platform = "slow/cpu/tflite@2.7/fp32";
  const report = await importTables({ folder: slow, platform, home });
  assert.deepEqual(report, { rows: 150, kernels: { myblock: 150 }, rejected: [] });
  await importTables({ folder: slow, platform, home });
  const store = await openStore(home);
  const found = await store.query({ platform });
  await store.close();
  assert.equal(found.length, 150);
  const type = createUserKernelType("myblock", importedTypes(home).myblock!.fields, importedTypes(home).myblock);
  assert.equal(type.flops({ hw: 3, cin: 5 }), 90);
  await assert.rejects(importTables({ folder: join(root, "other"), platform, home }), { code: "invalid-table" });
});
