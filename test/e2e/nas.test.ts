/** The table of hardware-aware search on a machine whose latencies are a formula, with the predictor of another one. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSyntheticEngine, syntheticDevice } from "../../src/engines/index.js";
import { nasPage } from "../../src/experiments/nas/page.js";
import { keepsLatency } from "../../src/experiments/nas/report.js";
import { evaluateNas } from "../../src/experiments/nas/run.js";
import { openPool } from "../../src/pool/index.js";

const home = mkdtempSync(join(tmpdir(), "litepred-nas-"));
after(() => rmSync(home, { recursive: true, force: true }));

test("networks found are beside their rivals, no slower when measured again; a platform without a predictor is named", async () => {
  const [platform, unknown] = ["box/cpu/synthetic@1/fp32", "other/cpu/synthetic@1/fp32"];
  const artefact = openPool(home).load("xeon-f6m207/cpu/onnxruntime-node@1.30.0/fp32");
  openPool(home).save({ ...artefact, platform });
  const engine = createSyntheticEngine({ ...syntheticDevice, noise: 0 });
  const report = await evaluateNas({
    ...{ home, platforms: [platform, unknown], protocol: "brief", seed: 1, name: "test" },
    ...{ evaluations: 600, verify: 3, candidates: 3 },
    engines: { [platform]: engine, [unknown]: engine },
  });
  assert.deepEqual(
    report.rows.map(({ rival }) => rival),
    ["MobileNetV2", "MobileNetV3 × 0.75", "MobileNetV3"],
  );
  const found = report.rows.filter(keepsLatency);
  assert.ok(found.length >= 2, `${found.length} found`);
  for (const { ours, rivalMs } of found) {
    assert.ok(ours!.measuredMs <= rivalMs);
    assert.ok(ours!.accuracy > 68 && ours!.lowAccuracy < ours!.accuracy);
  }
  assert.deepEqual(
    report.problems.map((one) => one.platform),
    [unknown],
  );
  assert.match(nasPage(report), /MobileNetV3 × 0\.75/);
});
