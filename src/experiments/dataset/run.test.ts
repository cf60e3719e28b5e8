import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSyntheticEngine, syntheticDevice } from "../../engines/index.js";
import { measureDataset } from "./run.js";

const home = mkdtempSync(join(tmpdir(), "litepred-dataset-"));
after(() => rmSync(home, { recursive: true, force: true }));

test("a data set is measured once, and the same call goes on from what there is", async () => {
  const engine = createSyntheticEngine({ ...syntheticDevice, noise: 0.01 });
  const request = { home, platforms: ["box/cpu/synthetic@1/fp32"], spaces: ["nasbench201"], seed: 1, engine };
  const [first] = await measureDataset({ ...request, count: 2 });
  assert.deepEqual([first!.wanted, first!.measured, first!.failed], [2, 2, 0]);
  const [again] = await measureDataset({ ...request, count: 3 });
  assert.deepEqual([again!.wanted, again!.measured], [3, 3]);
  const [done] = await measureDataset({ ...request, count: 3 });
  assert.equal(done!.seconds, 0);
  const [stopped] = await measureDataset({ ...request, count: 5, minutes: -1 });
  assert.deepEqual([stopped!.wanted, stopped!.measured], [5, 3]);
});
