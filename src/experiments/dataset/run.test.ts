import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSyntheticEngine, syntheticDevice } from "../../engines/index.js";
import { measureDataset, planLooks } from "./run.js";

const home = mkdtempSync(join(tmpdir(), "litepred-dataset-"));
after(() => rmSync(home, { recursive: true, force: true }));

test("a data set is measured once, and the same call goes on from what there is", async () => {
  const engine = createSyntheticEngine({ ...syntheticDevice, noise: 0.01 });
  const request = { home, platforms: ["box/cpu/synthetic@1/fp32"], spaces: ["nasbench201"], seed: 1, engine };
  const [first] = await measureDataset({ ...request, count: 2 });
  assert.deepEqual([first!.wanted, first!.measured, first!.failed, first!.twice], [2, 2, 0, 1]);
  const [again] = await measureDataset({ ...request, count: 3 });
  assert.deepEqual([again!.wanted, again!.measured], [3, 3]);
  const [done] = await measureDataset({ ...request, count: 3 });
  assert.equal(done!.seconds, 0);
  const [stopped] = await measureDataset({ ...request, count: 5, minutes: -1 });
  assert.deepEqual([stopped!.wanted, stopped!.measured], [5, 3]);
});

test("second looks come a part later, and every network is looked at once first", () => {
  const networks = Array.from({ length: 100 }, (_, i) => ({ name: `a/${i}`, space: "a" }));
  const looks = planLooks(networks);
  assert.deepEqual(
    looks.map((look) => [look.repeat, look.networks.length]),
    [
      [1, 48],
      [1, 48],
      [2, 10],
      [1, 4],
      [2, 10],
    ],
  );
  assert.equal(new Set(looks.flatMap((look) => (look.repeat === 1 ? look.networks : []))).size, 100);
});

test("an interruption is no error: what there is is told", async () => {
  const engine = createSyntheticEngine({ ...syntheticDevice, noise: 0.01 });
  const controller = new AbortController();
  const [row] = await measureDataset({
    ...{
      home: join(home, "stopped"),
      platforms: ["box/cpu/synthetic@1/fp32"],
      spaces: ["nasbench201"],
      seed: 1,
      engine,
    },
    count: 30,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  assert.ok(row!.measured < 30);
});
