// Kills writers of one workspace at random moments, one to three at once, and looks at what is left (needs a build).
// Usage: node scripts/reliability/kill.mjs [--kills 200] [--seed 1]
// Prints one JSON document; exit code 1 where a measurement that was reported as done is lost or doubled, or a file is torn.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
const dist = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url).href);
const { createRandom } = await dist("base/index.js");
const { openStore, measurementKey } = await dist("measurements/index.js");
const { openPool } = await dist("pool/index.js");

const random = createRandom(values.seed);
const root = mkdtempSync(join(tmpdir(), "litepred-kills-"));
const home = join(root, "home");
const verbs = ["profile", "adapt", "train", "add", "import", "compact"];
const report = {
  kills: 0,
  byVerb: {},
  together: { 1: 0, 2: 0, 3: 0 },
  reported: 0,
  lost: [],
  doubled: [],
  torn: [],
  leftovers: [],
};
const done = new Set();

await prepare();
while (report.kills < Number(values.kills)) await round();
await lastStart();
rmSync(root, { recursive: true, force: true });
const { kills, byVerb, together, reported } = report;
const counts = Object.fromEntries(["lost", "doubled", "torn", "leftovers"].map((name) => [name, report[name].length]));
process.stdout.write(
  `${JSON.stringify({ kills, byVerb, together, reported, ...counts, examples: [...report.lost, ...report.doubled, ...report.torn, ...report.leftovers].slice(0, 10), seed: values.seed }, null, 2)}\n`,
);
process.exitCode = Object.values(counts).some((n) => n > 0) ? 1 : 0;

/** A workspace with some measurements, and files to add and to import. */
async function prepare() {
  const first = start("profile", 0);
  await first.begun;
  for (let waited = 0; done.size < 120 && waited < 1200; waited++) await sleep(100);
  first.kill();
  await first.ended;
  const { exportPool } = await dist("jobs/pool.js");
  const { trainPlatform } = await dist("jobs/train.js");
  await trainPlatform({ home, platform: "near/cpu/synthetic@1/fp32", recipe: "compact", seed: 1 });
  await exportPool({ home, folder: join(root, "pool"), platform: "near/cpu/synthetic@1/fp32", measurements: true });
}

async function round() {
  const count = 1 + random.integer(3);
  const writers = Array.from({ length: count }, () => start(random.pick(verbs), random.integer(1000)));
  report.together[count]++;
  await Promise.all(writers.map(({ begun }) => begun));
  for (const writer of writers) {
    await sleep(random.next() * 400);
    writer.kill();
    report.kills++;
    report.byVerb[writer.verb] = (report.byVerb[writer.verb] ?? 0) + 1;
  }
  await Promise.all(writers.map(({ ended }) => ended));
  if (random.next() < 0.35) await check();
}

function start(verb, seed) {
  const worker = fileURLToPath(new URL("kill-worker.mjs", import.meta.url));
  const child = spawn(process.execPath, [worker, home, verb, String(seed), join(root, "pool")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const lines = createInterface({ input: child.stdout });
  const begun = new Promise((resolve) => {
    lines.on("line", (line) => {
      if (line === "begin") resolve();
      else if (line.startsWith("done ")) done.add(line.slice(5));
    });
    lines.on("close", resolve);
  });
  const ended = new Promise((resolve) => {
    child.on("close", (code) => {
      // What a writer cannot do for want of data is no fault here; a stack trace is.
      if (code !== null && code !== 0 && !/LitepredError/.test(said))
        report.torn.push(`${verb} ended by itself: ${said.slice(0, 400)}`);
      resolve();
    });
  });
  return { verb, begun, ended, kill: () => child.kill("SIGKILL") };
}

async function check() {
  const store = await openStore(home);
  const found = new Map();
  for (const m of await store.query({ every: true })) {
    const key = `${m.platform} ${measurementKey(m)} ${m.at} ${m.session}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  for (const { file, reason } of store.problems()) report.torn.push(`${file}: ${reason}`);
  await store.close();
  for (const key of done) if (!found.has(key)) report.lost.push(key);
  for (const [key, times] of found) if (times > 1) report.doubled.push(key);
  for (const { file, reason } of openPool(home).list().problems) report.torn.push(`${file}: ${reason}`);
  for (const file of filesIn(home))
    if (file.endsWith(".json")) {
      try {
        JSON.parse(readFileSync(file, "utf8"));
      } catch (error) {
        report.torn.push(`${file}: ${error.message}`);
      }
    }
  report.reported = done.size;
}

/** After the next writing start nothing half written is left, here or in the folder for temporary files. */
async function lastStart() {
  const before = done.size;
  const last = start("profile", 1);
  await last.begun;
  for (let waited = 0; done.size === before && waited < 600; waited++) await sleep(100);
  last.kill();
  await last.ended;
  await check();
  for (const file of filesIn(home)) if (file.endsWith(".part")) report.leftovers.push(file);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
