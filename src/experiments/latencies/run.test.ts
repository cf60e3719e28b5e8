import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { openPool } from "../../pool/index.js";
import { loadPlatformPredictor } from "../../predictors/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { loadSpace } from "../../spaces/index.js";
import { predictLatencies } from "./run.js";

const home = mkdtempSync(join(tmpdir(), "litepred-latencies-"));
after(() => rmSync(home, { recursive: true, force: true }));

const shipped = openPool(home)
  .list()
  .entries.map(({ platform }) => platform);
const platforms = [shipped[0]!, shipped.find((platform) => platform.endsWith("int8"))!];

test("one row for each architecture and platform, in a Parquet file with its card", async () => {
  const out = join(home, "out", "latencies.parquet");
  const report = await predictLatencies({ home, spaces: ["nasbench201"], count: 3, seed: 1, platforms, out });
  assert.equal(report.rows, 3 * platforms.length);
  assert.deepEqual(report.spaces, { nasbench201: 3 });
  assert.equal(readFileSync(out).subarray(0, 4).toString(), "PAR1");
  const card = readFileSync(report.card, "utf8");
  for (const platform of platforms) assert.ok(card.includes(platform));
  assert.match(card, /Predictions, not measurements/);
});

test("every row is what predict says of the architecture's kernels, of chains, of other spaces and of the smallest", async () => {
  const out = join(home, "out", "checked.parquet");
  const spaces = ["ofa-mobilenetv3", "autoformer", "nasbench201"];
  await predictLatencies({ home, spaces, count: 4, seed: 2, platforms, out });
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const rows = (await connection.runAndReadAll(`SELECT * FROM '${out}'`)).getRowObjects();
  connection.closeSync();
  assert.equal(rows.length, spaces.length * 4 * platforms.length);
  for (const platform of platforms) {
    const predictor = await loadPlatformPredictor(openPool(home).load(platform), onnxRuntime);
    for (const row of rows.filter((one) => one.platform === platform)) {
      const space = await loadSpace(String(row.space));
      const graph = space.toGraph(space.decode(String(row.architecture).split("-").map(Number)));
      const { latencyMs, interval, coverage } = await predictor.predict(graph);
      const found = [row.latency_ms, row.low_ms, row.high_ms, row.coverage_flops].map(Number);
      for (const [i, wanted] of [latencyMs, interval.lowMs, interval.highMs, coverage.flops].entries())
        assert.ok(
          Math.abs(found[i]! / wanted - 1) < 1e-6,
          `${row.space} ${row.architecture} ${platform}: ${found[i]} ${wanted}`,
        );
    }
    await predictor.release();
  }
});
