// A disk that is full at every single write (needs a build): each command is run in a copy of a workspace, once for each of its writes,
// that write and all later ones failing as on a full disk; then again with space. On Linux, as root, also on a real small disk, for the
// writes of DuckDB. Usage: node scripts/reliability/disk-full.mjs [--verb NAME…] [--most 40]
// Prints one JSON document; exit code 1 where something is torn, lost, untyped, or does not go on afterwards.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { verb: { type: "string", multiple: true }, most: { type: "string", default: "40" } },
});
const dist = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url).href);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { openStore, measurementKey } = await dist("measurements/index.js");
const { openPool } = await dist("pool/index.js");
const { buildExampleModel } = await dist("spaces/index.js");
const { writeOnnx } = await dist("writers/index.js");
const { saveWhole } = await dist("base/index.js");

const root = mkdtempSync(join(tmpdir(), "litepred-disk-"));
const [sound, spare] = [join(root, "sound"), join(root, "spare")];
const model = join(spare, "m.onnx");
const near = "near/cpu/synthetic@1/fp32";
const cli = (...args) => [here("../../bin/litepred.js"), ...args];
const worker =
  (verb, ...args) =>
  (home) => [here("disk-full-worker.mjs"), home, verb, ...args];
const run = (args, env = {}) =>
  spawnSync(process.execPath, args, { encoding: "utf8", timeout: 300_000, env: { ...process.env, ...env } });
const mustRun = (args) => {
  const { status, stderr } = run(args);
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
};

/** What each is called with; `into` is a folder on the disk that fills up. */
const verbs = {
  profile: worker("profile"),
  compact: worker("compact"),
  adapt: worker("adapt"),
  upload: worker("upload", model),
  measure: (home) => cli("measure", model, "--protocol", "brief", "--again", "--home", home),
  train: (home) => cli("train", "--platform", near, "--recipe", "compact", "--home", home),
  "pool add": (home) => cli("pool", "add", ...files(join(spare, "pool"), ".safetensors"), "--home", home),
  "pool add measurements": (_home, into) =>
    cli("pool", "add", ...files(join(spare, "pool", "measurements"), ".parquet"), "--home", into),
  "pool export": (home, into) => cli("pool", "export", into, "--platform", near, "--measurements", "--home", home),
  import: (home) => cli("import", join(spare, "tables"), "--platform", "phone/cpu/tflite@2.7/fp32", "--home", home),
  predict: (home, into) => cli("report", model, "--out", join(into, "r.html"), "--home", home),
  check: (home, into) =>
    cli("check", model, "--platform", near, "--max-latency", "1s", "--junit", join(into, "j.xml"), "--home", home),
  search: (home, into) =>
    cli(
      ...["search", "--space", "ofa-mobilenetv3", "--platform", near, "--max-latency", "1s", "--evaluations", "300"],
      ...["--out", into, "--home", home],
    ),
  site: (home, into) => cli("site", "--out", into, "--home", home),
};
const files = (folder, extension) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name));

await prepare();
const before = await keysOf(sound);
const report = { seconds: 0, verbs: {}, disk: {}, faults: [] };
const started = performance.now();
const chosen = values.verb ?? Object.keys(verbs);
for (const verb of chosen) report.verbs[verb] = await everyWrite(verb);
for (const verb of chosen.filter((name) => ["compact", "pool export", "pool add measurements"].includes(name)))
  report.disk[verb] = await smallDisks(verb);
report.seconds = Math.round((performance.now() - started) / 1000);
rmSync(root, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
process.exitCode = report.faults.length > 0 ? 1 : 0;

async function prepare() {
  mkdirSync(spare, { recursive: true });
  saveWhole(model, writeOnnx(buildExampleModel("mobilenet-v2")));
  mustRun(worker("profile", "1")(sound));
  mustRun(verbs.train(sound));
  mustRun(verbs["pool export"](sound, join(spare, "pool")));
  const rows = Array.from({ length: 40 }, (_, i) => `${i + 8},${i + 16},${(i + 1) / 100}`);
  saveWhole(join(spare, "tables", "fc.csv"), `cin,cout,latency_ms\n${rows.join("\n")}\n`);
}

/** The first `most` writes each, and those in between where there are more. */
async function everyWrite(verb) {
  const count = await attempt(verb, Number.POSITIVE_INFINITY);
  const most = Number(values.most);
  const step = Math.max(1, count / most);
  const told = { writes: count, tried: 0, refused: 0 };
  for (let at = 1; at <= count; at = Math.max(at + 1, Math.round(at + step))) {
    told.tried++;
    told.refused += await attempt(verb, at);
  }
  return told;
}

/** Number of writes where none fails; otherwise 1 where the command was refused, 0 where it could do without. */
async function attempt(verb, at) {
  const disk = join(root, "disk");
  const [home, into, tmp] = ["home", "into", "tmp"].map((name) => join(disk, name));
  cpSync(sound, home, { recursive: true });
  for (const folder of [into, tmp]) mkdirSync(folder, { recursive: true });
  const args = verbs[verb](home, into);
  const counted = join(root, "count");
  const env = { FULL_AT: String(at), FULL_ROOT: disk, FULL_COUNT: counted, TMPDIR: tmp };
  const ran = run(["--import", here("full-disk.mjs"), ...args], env);
  const isRefused = ran.status !== 0;
  if (at !== Number.POSITIVE_INFINITY)
    await look(`${verb}, write ${at}`, home, disk, ran, () => run(args, { TMPDIR: tmp }));
  else if (isRefused) report.faults.push(`${verb} fails with space: ${ran.stderr.slice(0, 300)}`);
  rmSync(disk, { recursive: true, force: true });
  return at === Number.POSITIVE_INFINITY ? Number(readFileSync(counted, "utf8")) : Number(isRefused);
}

/** Whether it was told as it should, nothing is torn or lost, and the same command works once there is space. */
async function look(what, home, disk, { status, stdout, stderr }, again) {
  const fault = (text) => report.faults.push(`${what}: ${text}`);
  const isTold = status === 2 && /^litepred: \S.*: no space is left on the disk$/m.test(stderr);
  if (status !== 0 && !isTold) fault(`exit code ${status}: ${stderr.slice(-400)}`);
  if (/\n\s+at /.test(stderr)) fault(`a stack trace: ${stderr.slice(-600)}`);
  const done = [...stdout.matchAll(/^done (.+) \S+$/gm)].map(([, key]) => key);
  await isWhole(home, fault, done);
  for (const file of filesIn(disk)) if (file.endsWith(".part")) fault(`${file} is left`);
  const { status: next, stderr: said } = again();
  if (next !== 0) fault(`with space again: exit code ${next}: ${said.slice(-300)}`);
  await isWhole(home, fault, done);
}

async function isWhole(home, fault, done) {
  const keys = await keysOf(home, fault);
  for (const key of [...before, ...done]) if (!keys.has(key)) fault(`${key} is lost`);
  for (const { file, reason } of openPool(home).list().problems) fault(`${file}: ${reason}`);
  for (const file of filesIn(home).filter((name) => name.endsWith(".json")))
    try {
      JSON.parse(readFileSync(file, "utf8"));
    } catch {
      fault(`${file} is torn`);
    }
}

async function keysOf(home, fault = () => {}) {
  const store = await openStore(home);
  const keys = new Set((await store.query({ every: true })).map((m) => `${m.platform} ${measurementKey(m)}`));
  for (const { file, reason } of store.problems()) fault(`${file}: ${reason}`);
  await store.close();
  return keys;
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** On disks that have a few kilobytes left, up to enough; "not tried" where no disk may be made. */
async function smallDisks(verb) {
  const disk = join(root, "disk");
  mkdirSync(disk, { recursive: true });
  const mount = (...args) => spawnSync("mount", args).status === 0;
  if (process.platform !== "linux" || !mount("-t", "tmpfs", "-o", "size=16m", "litepred-test", disk))
    return "not tried";
  const told = { tried: 0, refused: 0 };
  try {
    for (let spaceKb = 0; spaceKb <= 200; spaceKb += 8) {
      for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true, force: true });
      mount("-o", "remount,size=16m", disk);
      const [home, into] = ["home", "into"].map((name) => join(disk, name));
      cpSync(sound, home, { recursive: true });
      const used = Number(/(\d+)\s+\d+\s+\d+%/.exec(spawnSync("df", ["-k", disk], { encoding: "utf8" }).stdout)?.[1]);
      mount("-o", `remount,size=${used + spaceKb}k`, disk);
      const args = verbs[verb](home, into);
      const ran = run(args);
      told.tried++;
      told.refused += Number(ran.status !== 0);
      await look(`${verb}, ${spaceKb} KiB left`, home, disk, ran, () => {
        mount("-o", "remount,size=16m", disk);
        return run(args);
      });
    }
  } finally {
    spawnSync("umount", [disk]);
  }
  return told;
}
