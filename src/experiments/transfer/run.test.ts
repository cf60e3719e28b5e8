import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSyntheticEngine, syntheticDevice } from "../../engines/index.js";
import { type Measurement, networkSubject, openStore } from "../../measurements/index.js";
import { measurePlatforms, trainSources } from "./measure.js";
import { transferPage } from "./page.js";
import { evaluateTransferPlatforms } from "./run.js";
import { readTarget } from "./target.js";

const home = mkdtempSync(join(tmpdir(), "litepred-transfer-"));
after(() => rmSync(home, { recursive: true, force: true }));
const platform = "box/cpu/synthetic@1/fp32";

test("one road measures, trains sources and transfers; what could not be transferred is told", async () => {
  const engine = createSyntheticEngine({ ...syntheticDevice, noise: 0.01 });
  const spaces = ["proxylessnas"];
  const request = { home, platforms: [platform], minutes: 0.001, seeds: 1, models: 8, count: 2, spaces, engine };
  assert.deepEqual(await measurePlatforms(request), []);
  const rows = await allRows();
  assert.equal(rows.filter(({ purpose }) => purpose === "test").length, 3);
  const kernels = rows.filter(({ subject }) => subject.kind === "kernel").length;
  assert.ok(kernels > 0 && kernels < 600);
  assert.deepEqual(await trainSources(request), []);
  const variants = [{ name: "from scratch", sources: "none" as const }];
  const platforms = [platform, "other/cpu/synthetic@1/fp32"];
  const report = await evaluateTransferPlatforms({ ...request, platforms, method: "default", seeds: 1, variants });
  const [cell] = report.cells;
  assert.equal(report.cells.length, 1);
  assert.equal(cell!.overall.n, 2);
  assert.ok(cell!.overall.mape < 0.3, `${cell!.overall.mape}`);
  assert.deepEqual(
    report.notRun.map(({ target }) => target),
    [platforms[1]],
  );
  const page = transferPage(report);
  assert.match(page, /other\/cpu\/synthetic@1\/fp32 was not transferred: no architecture/);
  assert.match(page, /\| target \| test \| from scratch ±5 \/ ±10 %/);
});

async function allRows(): Promise<Measurement[]> {
  const store = await openStore(home);
  try {
    return await store.query({ platform, every: true });
  } finally {
    await store.close();
  }
}

test("an architecture that was measured for a fit, or profiled, is not in the test", async () => {
  const networks = (await allRows()).filter(({ purpose }) => purpose === "test");
  const [first] = networks;
  const { architectures } = await readTarget(platform, networks);
  assert.equal(architectures.length, 2);
  for (const purpose of ["fit", "in-model"] as const) {
    const name = architectures[0]!.name!;
    const learned = { ...first!, purpose, subject: networkSubject(name) };
    const left = (await readTarget(platform, [...networks, learned])).architectures;
    assert.deepEqual(
      left.map((one) => one.name),
      [architectures[1]!.name],
    );
  }
});
