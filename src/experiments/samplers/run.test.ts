import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSyntheticEngine, syntheticDevice } from "../../engines/index.js";
import { configKey, fusionRules } from "../../kernels/index.js";
import { openStore } from "../../measurements/index.js";
import { formatPlatformId, parsePlatformId } from "../../platforms/index.js";
import type { DrawnType } from "./draw.js";
import { samplersPage } from "./page.js";
import { reportOf } from "./report.js";
import { type CompareRequest, compareSamplersOn } from "./run.js";

const homes: string[] = [];
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

const engine = createSyntheticEngine({ ...syntheticDevice, noise: 0.01 });
const platform = parsePlatformId("box/cpu/synthetic@1/fp32");
const type = "dwconv-bn-relu";

async function request(): Promise<CompareRequest> {
  homes.push(mkdtempSync(join(tmpdir(), "litepred-samplers-")));
  return {
    home: homes.at(-1)!,
    local: { platform, id: formatPlatformId(platform), engine, description: await engine.describe() },
    rules: fusionRules("generic"),
    count: 20,
    seeds: 1,
    test: 16,
    types: [type],
    samplers: ["adaptive", "prior", "random"],
    spaces: ["mobilenetv2", "mnasnet"],
    architecturesPerSpace: 4,
    protocol: "quick",
  };
}

test("samplers are compared at equal numbers, on kernels that none was trained on, each measured once", async () => {
  const asked = await request();
  const result = (await compareSamplersOn(asked))!;
  assert.equal(result.runs.length, 3);
  for (const { trainedOn, score } of result.runs) {
    assert.equal(trainedOn, 20);
    assert.equal(score.n, 16);
    assert.ok(score.within10 >= 0 && score.within10 <= 1);
  }
  const folder = join(asked.home, "experiments", "samplers");
  const { keys, tests } = await stored(folder);
  const [ofType] = result.types;
  for (const configs of Object.values(ofType!.pools)) {
    assert.equal(configs.length, 30);
    for (const config of configs) {
      assert.ok(keys.has(configKey(type, config)));
      assert.ok(!tests.has(configKey(type, config)), "a test kernel was trained on");
    }
  }
  const report = reportOf(20, [result]);
  assert.equal(report.cells.length, 3);
  assert.ok(report.ceilings[0]!.score.within10 > 0.9);
  assert.match(samplersPage(report), /measured again/);
  // The same call measures and trains nothing.
  const again = (await compareSamplersOn(asked))!;
  assert.deepEqual(again.runs, result.runs);
  assert.equal((await stored(folder)).rows, (await stored(folder)).keys.size);
});

test("a run cut short compares what all samplers have", async () => {
  const asked = await request();
  const result = (await compareSamplersOn({ ...asked, samplers: ["prior", "random"], minutes: 1e-6 }))!;
  assert.ok(result.runs.every(({ trainedOn }) => trainedOn < 20));
  const whole = (await compareSamplersOn({ ...asked, samplers: ["prior", "random"] }))!;
  assert.deepEqual(
    whole.runs.map(({ trainedOn }) => trainedOn),
    [20, 20],
  );
});

async function stored(folder: string) {
  const store = await openStore(join(folder, "first"));
  const rows = await store.query({ kind: "kernel" });
  await store.close();
  const keys = new Set(
    rows.flatMap(({ subject }) => (subject.kind === "kernel" ? [configKey(subject.type, subject.config)] : [])),
  );
  const file = readdirSync(folder).find((name) => name.startsWith("drawn-"))!;
  const [drawn] = JSON.parse(readFileSync(join(folder, file), "utf8")) as DrawnType[];
  return { rows: rows.length, keys, tests: new Set(drawn!.test.map(({ config }) => configKey(type, config))) };
}
