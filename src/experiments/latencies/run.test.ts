import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openPool } from "../../pool/index.js";
import { predictLatencies } from "./run.js";

const home = mkdtempSync(join(tmpdir(), "litepred-latencies-"));
after(() => rmSync(home, { recursive: true, force: true }));

test("one row for each architecture and platform, in a Parquet file with its card", async () => {
  const platforms = openPool(home)
    .list()
    .entries.slice(0, 2)
    .map(({ platform }) => platform);
  const out = join(home, "out", "latencies.parquet");
  const report = await predictLatencies({ home, spaces: ["nasbench201"], count: 3, seed: 1, platforms, out });
  assert.equal(report.rows, 3 * platforms.length);
  assert.deepEqual(report.spaces, { nasbench201: 3 });
  assert.equal(readFileSync(out).subarray(0, 4).toString(), "PAR1");
  const card = readFileSync(report.card, "utf8");
  for (const platform of platforms) assert.ok(card.includes(platform));
  assert.match(card, /Predictions, not measurements/);
});
