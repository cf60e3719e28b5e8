// One call of disk-full.mjs that no command of the command line makes, on the synthetic engine: node disk-full-worker.mjs HOME VERB.
// Prints `done KEY` when a measurement is reported as done, and faults as the command line does.
import { readFileSync, writeSync } from "node:fs";

const [home, verb, file] = process.argv.slice(2);
const dist = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url).href);
const [
  { fileFault, LitepredError },
  { openStore, measurementKey },
  { createSyntheticEngine, syntheticDevice },
  { parsePlatformId },
] = await Promise.all([
  dist("base/index.js"),
  dist("measurements/index.js"),
  dist("engines/index.js"),
  dist("platforms/index.js"),
]);
const engine = createSyntheticEngine({ ...syntheticDevice, noise: 0.01 });

async function loudStore() {
  const store = await openStore(home);
  const append = (measurement) => {
    store.append(measurement);
    writeSync(1, `done ${measurement.platform} ${measurementKey(measurement)} ${measurement.at}\n`);
  };
  return { ...store, append };
}

const verbs = {
  async profile() {
    const { profileKernels, protocols } = await dist("profiling/index.js");
    const { spaceCandidates } = await dist("sampling/index.js");
    const { rulesOf } = await dist("workspace/index.js");
    const platform = parsePlatformId("near/cpu/synthetic@1/fp32");
    const asked = { rules: rulesOf(platform), count: 20, seed: 1, spaces: ["mobilenetv2"], perSpace: 3 };
    const byType = await spaceCandidates(asked);
    const kernels = [...byType].flatMap(([type, configs]) => configs.map((config) => ({ type, config }))).slice(0, 12);
    const store = await loudStore();
    try {
      await profileKernels({ store, engine, platform, kernels, protocol: protocols.brief, repeat: Number(file ?? 2) });
    } finally {
      await store.close();
    }
  },
  async compact() {
    const store = await openStore(home);
    await store.compact();
    await store.close();
  },
  async adapt() {
    const { adaptPlatform } = await dist("jobs/adapt.js");
    const platform = "far/cpu/synthetic@1/fp32";
    const search = { budget: 25, spaces: ["mobilenetv2"], method: "default", models: 2, protocol: "brief", seed: 1 };
    await adaptPlatform({ home, platform, engine, pools: [], exclude: ["epyc", "xeon"], ...search });
  },
  async upload() {
    const { createApp } = await dist("server/app.js");
    const page = { files: [], read: () => undefined };
    const offers = { home, pools: [], models: [] };
    const app = createApp({ offers, page, hosts: [], token: undefined, maxUploadBytes: 2 ** 28 });
    const url = "http://localhost/api/jobs/measure?name=m.onnx&protocol=brief&platform=local/cpu/onnxruntime-node/fp32";
    const headers = { "content-type": "application/octet-stream" };
    const { id } = await (await app.request(url, { method: "POST", headers, body: readFileSync(file) })).json();
    const events = await (await app.request(`http://localhost/api/jobs/${id}/events`)).text();
    await app.close();
    const failed = /^event: error\ndata: (.*)$/m.exec(events);
    if (failed === null) return;
    const { code, message, hint } = JSON.parse(failed[1]);
    throw code === "internal" ? new Error(message) : new LitepredError(code, message, hint);
  },
};
try {
  await verbs[verb]();
} catch (error) {
  const fault = error instanceof LitepredError ? error : fileFault(error);
  process.stderr.write(
    fault === undefined ? `litepred: ${error.stack}\n` : `litepred: ${fault.message}\n  ${fault.hint}\n`,
  );
  process.exitCode = fault === undefined ? 1 : 2;
}
