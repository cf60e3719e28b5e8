import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { noCorrection, type PredictorArtefact } from "../predictors/index.js";
import { openPool } from "./pool.js";

const home = mkdtempSync(join(tmpdir(), "litepred-pool-"));
after(() => rmSync(home, { recursive: true, force: true }));

const artefact: PredictorArtefact = {
  platform: "box/cpu/engine@1/fp32",
  nchwcBlock: 8,
  provenance: {
    device: "a box",
    engineVersion: "1",
    protocols: ["quick"],
    samples: 3,
    date: "2026-01-01T00:00:00.000Z",
    method: "train",
    litepred: "0.1.0",
  },
  kernels: [],
  correction: noCorrection,
  callMs: 0,
  general: [1, 0, 0, 0],
};

test("a predictor is saved, shown, passed on and taken in", () => {
  const pool = openPool(join(home, "a"));
  pool.save(artefact);
  const entry = pool.find(artefact.platform);
  assert.equal(entry.provenance.samples, 3);
  const [file] = pool.exportTo(join(home, "out"));
  const other = openPool(join(home, "b"));
  assert.equal(other.add(file!).sha256, entry.sha256);
  assert.deepEqual(other.load(artefact.platform).general, [1, 0, 0, 0]);
});

test("the error of a kernel type with too few measurements is unknown, and stays so", () => {
  const pool = openPool(join(home, "few"));
  const heldOut = { n: 2, mape: Number.NaN, within5: 0, within10: 0, rmseMs: Number.NaN };
  const few = { type: "relu", recipe: "compact", samples: 2, heldOut, residuals: [0.1], ranges: {} } as const;
  const model = { learner: "ridge", version: 1, settings: { intercept: 1 }, arrays: {} } as const;
  pool.save({ ...artefact, kernels: [{ ...few, featureNames: [], targetRange: [0, 1], models: [model] }] });
  assert.deepEqual(pool.load(artefact.platform).kernels[0]!.heldOut, heldOut);
});

test("what is no predictor is refused by name, and nothing is taken in", () => {
  const pool = openPool(join(home, "c"));
  const file = join(home, "broken.safetensors");
  writeFileSync(file, "not a predictor");
  assert.throws(() => pool.add(file), { code: "corrupt-artefact", message: /broken/ });
  assert.throws(() => pool.add(join(home, "absent.safetensors")), { code: "unreadable-file" });
  assert.throws(() => pool.find("box/cpu/other@1/fp32"), { code: "no-predictor" });
  assert.deepEqual(readdirSync(home).includes("c"), false);
});

test("a platform's own predictor is no source for it, unless it came with another folder", () => {
  const [own, other] = [openPool(join(home, "own")), openPool(join(home, "other"))];
  own.save(artefact);
  const excepting = (pool: ReturnType<typeof openPool>) =>
    pool.sourcesFor(artefact.platform).filter(({ platform }) => platform === artefact.platform);
  assert.deepEqual(excepting(own), []);
  other.save({ ...artefact, general: [2, 0, 0, 0] });
  const both = openPool(join(home, "own"), [join(home, "other", "pool")]);
  assert.deepEqual(
    excepting(both).map(({ general }) => general[0]),
    [2],
  );
  assert.equal(own.sourcesFor("box/cpu/elsewhere@1/fp32").length, own.list().entries.length);
});
