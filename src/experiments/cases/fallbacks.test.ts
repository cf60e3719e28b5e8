import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { packagePath } from "../../base/index.js";
import { isKernelTypeName } from "../../kernels/index.js";
import { importMeasurements, kernelRows, openStore } from "../../measurements/index.js";
import { readArtefact } from "../../predictors/index.js";
import { describeFallbacks } from "./fallbacks.js";

const shipped = "epyc-f25m17_cpu_onnxruntime-node@1.30.0_fp32";

test("estimates from the work alone are within their doubt for 85 % of what was measured, each kernel type counting the same", async () => {
  const home = await mkdtemp(join(tmpdir(), "litepred-fallbacks-"));
  const store = await openStore(home);
  try {
    await importMeasurements(store, packagePath("pool", "measurements", `${shipped}.parquet`));
    const rows = kernelRows(await store.query({ kind: "kernel", every: true })).filter(({ type }) =>
      isKernelTypeName(type),
    );
    const { general } = readArtefact(new Uint8Array(readFileSync(packagePath("pool", `${shipped}.safetensors`))));
    const { inside, types } = describeFallbacks(general, rows);
    assert.ok(types.length > 40);
    const worst = types.map((row) => `${row.type} ${row.inside.toFixed(2)} of ${row.n} ×${row.ratio.toFixed(2)}`);
    assert.ok(inside >= 0.85, `${inside}: ${worst.join(", ")}`);
  } finally {
    await store.close();
    await rm(home, { recursive: true, force: true });
  }
});
