/** Kernel types of the user's own, known from tables alone: imported, trained, adapted to another platform, predicted. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createRandom, relativeError } from "../../src/base/index.js";
import { adaptPlatform } from "../../src/jobs/adapt.js";
import { importTables } from "../../src/jobs/import.js";
import { trainPlatform } from "../../src/jobs/train.js";
import { openPool } from "../../src/pool/index.js";
import { loadPlatformPredictor } from "../../src/predictors/index.js";

const home = mkdtempSync(join(tmpdir(), "litepred-user-kernels-"));
after(() => rmSync(home, { recursive: true, force: true }));

const oldPhone = "old-phone/cpu/own-engine@1/fp32";
const newPhone = "new-phone/cpu/own-engine@2/fp32";
type Block = { readonly hw: number; readonly cin: number; readonly expand: number };
const flops = ({ hw, cin, expand }: Block) => 2 * hw * hw * cin * cin * expand;
const oldMs = (block: Block) => 0.05 + flops(block) / 2e7 + (block.hw * block.hw * block.cin) / 1e5;
const newMs = (block: Block) => 0.02 + flops(block) / 6e7 + (block.hw * block.hw * block.cin) / 4e5;

function blocks(count: number, seed: number): Block[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({
    hw: 7 * (1 + random.integer(8)),
    cin: 8 * (1 + random.integer(12)),
    expand: [1, 1.5, 4][random.integer(3)]!,
  }));
}

/** A table of the user's block, and one of a kernel type of the catalogue. */
function writeTables(name: string, rows: readonly Block[], of: (block: Block) => number): string {
  const folder = join(home, name);
  mkdirSync(folder);
  const lines = rows.map((row) => `${row.hw},${row.cin},${row.expand},${of(row)}`);
  writeFileSync(join(folder, "mbconv.csv"), ["hw,cin,expand,latency_ms", ...lines].join("\n"));
  const relus = rows.map(({ hw, cin }) => `${cin},${hw},${hw},${(0.01 + (hw * hw * cin) / 1e6) * of(rows[0]!)}`);
  writeFileSync(join(folder, "relu.csv"), ["c,h,w,latency_ms", ...new Set(relus)].join("\n"));
  const formulas = { mbconv: { flops: "2 * hw * hw * cin * cin * expand", params: "cin * cin * expand" } };
  writeFileSync(join(folder, "kernels.json"), JSON.stringify(formulas));
  return folder;
}

const asKernel = (config: Block) => ({ name: "b", type: "mbconv", config, flops: flops(config), params: 0, nodes: [] });
const fresh = blocks(40, 9);

async function shareWithin10(platform: string, of: (block: Block) => number): Promise<number> {
  const predictor = await loadPlatformPredictor(openPool(home).load(platform));
  const predicted = await predictor.predictAll(fresh.map((config) => ({ kernels: [asKernel(config)] })));
  return predicted.filter(({ sumMs }, i) => relativeError(sumMs, of(fresh[i]!)) <= 0.1).length / fresh.length;
}

test("imported kernels are trained, and predicted beside those of the catalogue", async () => {
  await importTables({ folder: writeTables("old", blocks(150, 1), oldMs), platform: oldPhone, home });
  const report = await trainPlatform({ home, platform: oldPhone, recipe: "compact", seed: 1 });
  assert.deepEqual(report.predictors.map(({ kernel }) => kernel).sort(), ["mbconv", "relu"]);
  assert.deepEqual(report.skipped, []);
  assert.ok((await shareWithin10(oldPhone, oldMs)) > 0.9);
});

test("another platform, of which few are known, is adapted from it", async () => {
  await importTables({ folder: writeTables("new", blocks(24, 2), newMs), platform: newPhone, home });
  const report = await adaptPlatform({
    home,
    platform: newPhone,
    pools: [],
    exclude: ["epyc", "xeon"],
    budget: 20,
    method: "default",
    models: 0,
    protocol: "brief",
    seed: 1,
  });
  assert.deepEqual(report.donors, { mbconv: [oldPhone], relu: [oldPhone] });
  assert.ok((await shareWithin10(newPhone, newMs)) > 0.9);
});

test("a kernel of a type that nobody knows is estimated from its FLOPs, and named", async () => {
  const predictor = await loadPlatformPredictor(openPool(home).load(newPhone));
  const stranger = { ...asKernel(fresh[0]!), type: "no-such-block" };
  const { latencyMs, unpredicted } = await predictor.predict({ kernels: [stranger] });
  assert.ok(latencyMs > 0);
  assert.match(unpredicted[0]!.reason, /no predictor/);
});
