import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { exportMeasurements, importMeasurements } from "./archive.js";
import type { Measurement } from "./measurement.js";
import { openStore } from "./store.js";

const platform = "pixel6/cpu/tflite@2.7/fp32";

const measured = (h: number, latencyMs: number, at: string): Measurement => ({
  platform,
  subject: { kind: "kernel", type: "relu", config: { h } },
  outcome: {
    status: "ok",
    latencyMs,
    ...{ spread: 0, runs: 3, sessions: 1 },
  },
  protocol: {
    name: "quick",
    ...{ warmup: 1, runs: 3, maxMs: 10, sessions: 1, kernelsPerModel: 8 },
    ...{ tolerance: 0, maxSpread: 1 },
  },
  conditions: { cpu: "a", cores: 8, loadBefore: 0, loadAfter: 0, node: "20", engineVersion: "2.7" },
  session: "s",
  at,
});

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "litepred-archive-"));
  await work(folder).finally(() => rm(folder, { recursive: true, force: true }));
}

test("measurements pass from store to store; what is known is not added again, and the newest counts", () =>
  withFolder(async (folder) => {
    const one = await openStore(join(folder, "one"));
    one.append(measured(1, 5, "2026-01-01T00:00:00.000Z"));
    one.append(measured(2, 6, "2026-01-03T00:00:00.000Z"));
    await one.flush();
    const file = await exportMeasurements(one, platform, join(folder, "out"));
    const two = await openStore(join(folder, "two"));
    two.append(measured(1, 4, "2026-01-02T00:00:00.000Z"));
    two.append(measured(2, 7, "2026-01-02T00:00:00.000Z"));
    await two.flush();
    assert.deepEqual(await importMeasurements(two, file), { added: 2, known: 0 });
    const latencies = (await two.query({ platform })).map(
      ({ outcome }) => outcome.status === "ok" && outcome.latencyMs,
    );
    assert.deepEqual(latencies.sort(), [4, 6]);
    assert.deepEqual(await importMeasurements(two, file), { added: 0, known: 2 });
    await one.close();
    await two.close();
  }));

test("a file that holds no measurements is refused by name", () =>
  withFolder(async (folder) => {
    const store = await openStore(folder);
    const file = join(folder, "none.parquet");
    await assert.rejects(importMeasurements(store, file), { code: "unreadable-file", message: /no such file/ });
    await writeFile(file, "PAR1 nonsense PAR1");
    await assert.rejects(importMeasurements(store, file), { code: "unreadable-file", message: /none\.parquet/ });
    await assert.rejects(exportMeasurements(store, platform, folder), { code: "no-data" });
    await store.close();
  }));
