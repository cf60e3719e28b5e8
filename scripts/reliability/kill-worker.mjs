// One writer that kill.mjs kills: node kill-worker.mjs HOME VERB SEED POOL. Prints `done KEY` when a measurement is reported as done.
import { readdirSync, writeSync } from "node:fs";
import { join } from "node:path";

const [home, verb, seed, pool] = process.argv.slice(2);
const dist = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url).href);
const [
  { openStore, measurementKey, importMeasurements },
  { createSyntheticEngine, syntheticDevice },
  { parsePlatformId },
  { protocols },
] = await Promise.all([
  dist("measurements/index.js"),
  dist("engines/index.js"),
  dist("platforms/index.js"),
  dist("profiling/index.js"),
]);

const say = (line) => writeSync(1, `${line}\n`);
const engine = createSyntheticEngine({ ...syntheticDevice, noise: 0.01 });
const platformId = "near/cpu/synthetic@1/fp32";

/** A store that says what is done once it is. */
async function loudStore() {
  const store = await openStore(home);
  return {
    ...store,
    append(measurement) {
      store.append(measurement);
      say(`done ${measurement.platform} ${measurementKey(measurement)} ${measurement.at} ${measurement.session}`);
    },
  };
}

const verbs = {
  async profile() {
    const { profileKernels } = await dist("profiling/index.js");
    const { spaceCandidates } = await dist("sampling/index.js");
    const platform = parsePlatformId(platformId);
    const spaces = ["mobilenetv2"];
    const { rulesOf } = await dist("workspace/index.js");
    const asked = { rules: rulesOf(platform), count: 60, seed: Number(seed), spaces, perSpace: 3 };
    const byType = await spaceCandidates(asked);
    const kernels = [...byType].flatMap(([type, configs]) => configs.map((config) => ({ type, config })));
    const store = await loudStore();
    say("begin");
    for (let repeat = 1; ; repeat++)
      await profileKernels({
        store,
        engine,
        platform,
        kernels,
        protocol: protocols.brief,
        repeat: repeat + 100 * Number(seed),
      });
  },
  async train() {
    const { trainPlatform } = await dist("jobs/train.js");
    say("begin");
    for (;;) await trainPlatform({ home, platform: platformId, recipe: "compact", seed: Number(seed) });
  },
  async adapt() {
    const { adaptPlatform } = await dist("jobs/adapt.js");
    say("begin");
    await adaptPlatform({
      home,
      platform: `far${seed}/cpu/synthetic@1/fp32`,
      engine,
      pools: [],
      budget: 60,
      spaces: ["mobilenetv2"],
      method: "default",
      models: 4,
      protocol: "brief",
      seed: Number(seed),
      exclude: ["epyc", "xeon"],
    });
  },
  async add() {
    const { addFiles } = await dist("jobs/pool.js");
    const files = readdirSync(pool)
      .filter((name) => name.endsWith(".safetensors"))
      .map((name) => join(pool, name));
    say("begin");
    for (;;) await addFiles(home, files);
  },
  async import() {
    const store = await loudStore();
    const folder = join(pool, "measurements");
    say("begin");
    for (const name of readdirSync(folder)) await importMeasurements(store, join(folder, name));
    for (;;) await store.compact();
  },
  async compact() {
    const store = await loudStore();
    const [model] = await store.query({ platform: platformId });
    say("begin");
    for (let i = 0; ; i++) {
      for (let j = 0; j < 20 && model; j++)
        store.append({ ...model, session: `${process.pid}/${i}/${j}`, repeat: 1 + i, at: new Date().toISOString() });
      await store.compact();
    }
  },
};
await verbs[verb]();
