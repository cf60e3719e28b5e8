// Stops commands at random moments as terminals, schedulers and pipes do, harms their engine, and looks at what is left (needs a build;
// Linux). Usage: node scripts/reliability/signals.mjs [--times 5] [--seed 1] [--case NAME…]
// Prints one JSON document; exit code 1 where a command hangs, prints a stack trace, leaves a process or a folder, or harms the store.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    case: { type: "string", multiple: true },
  },
});
const dist = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url).href);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { createRandom } = await dist("base/index.js");
const { openStore } = await dist("measurements/index.js");
const { buildExampleModel } = await dist("spaces/index.js");
const { writeOnnx } = await dist("writers/index.js");

const random = createRandom(values.seed);
const root = mkdtempSync(join(tmpdir(), "signals-of-litepred-"));
const [home, tmp, model] = [join(root, "home"), join(root, "tmp"), join(root, "m.onnx")];
mkdirSync(tmp);
writeFileSync(model, writeOnnx(buildExampleModel("mobilenet-v2")));
const local = "local/cpu/onnxruntime-node/fp32";
/** A command that is told to stop has so long; a model that runs is run to its end. Choice. */
const stopMs = 15_000;
const report = { cases: {}, slowestStopMs: 0, faults: [] };

const long = {
  profile: ["profile", "--platform", local, "--kernel", "relu", "--count", "400"],
  measure: ["measure", model, "--again", "--protocol", "careful"],
  adapt: ["adapt", "--platform", local, "--budget", "200"],
  evaluate: ["evaluate", "models", model, "--platform", local],
  search: [
    "search",
    "--space",
    "ofa-mobilenetv3",
    "--platform",
    local,
    "--max-latency",
    "1s",
    "--evaluations",
    "200000",
  ],
  serve: ["serve", "--port", "0"],
};

const cases = {
  ...Object.fromEntries(
    Object.keys(long).flatMap((verb) =>
      ["SIGINT", "SIGTERM", "SIGKILL"].map((signal) => [
        `${signal} to ${verb}`,
        (fault) => signalled(verb, signal, fault),
      ]),
    ),
  ),
  "engine killed": (fault) => engineHarmed("SIGKILL", fault),
  "engine hangs, then SIGTERM": (fault) => engineHarmed("SIGSTOP", fault),
  "output closed after a line": closedAfterALine,
  "input closed": (fault) => plain(["predict", model], 'exec node "$@" <&-', fault),
  "no output": (fault) => plain(["predict", model], 'exec node "$@" >&-', fault),
  "clock set back a day": clockBack,
  "40 columns": (fault) => narrow(fault, process.execPath, (args) => args, { COLUMNS: "40" }),
  "a terminal of 40 columns": (fault) => {
    const inTerminal = (args) => ["-qec", `stty cols 40; exec ${[process.execPath, ...args].join(" ")}`, "/dev/null"];
    return narrow(fault, "script", inTerminal, {});
  },
};

for (const [name, work] of Object.entries(cases)) {
  if (values.case && !values.case.includes(name)) continue;
  const times = /SIG|engine/.test(name) ? Number(values.times) : 1;
  for (let i = 0; i < times; i++) await work((text) => report.faults.push(`${name}: ${text}`));
  report.cases[name] = times;
  process.stderr.write(`${name}: ${report.faults.length} faults so far\n`);
}
rmSync(root, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
process.exitCode = report.faults.length > 0 ? 1 : 0;

function start(args, env = {}) {
  const child = spawn(process.execPath, [here("../../bin/litepred.js"), ...args, "--home", home], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: tmp, ...env },
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (text) => {
    said.out += text;
  });
  child.stderr.on("data", (text) => {
    said.err += text;
  });
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  return { child, said, ended };
}

async function signalled(verb, signal, fault) {
  const { child, said, ended } = start(long[verb]);
  await Promise.race([sleep(200 + random.next() * 6000), ended]);
  const engines = childrenOf(child.pid);
  await stopped({ child, said, ended, signal }, fault);
  if (signal === "SIGKILL") await nextStart(fault);
  await nothingLeft(engines, fault);
}

async function stopped({ child, said, ended, signal }, fault) {
  const began = performance.now();
  child.kill(signal);
  const how = await Promise.race([ended, sleep(stopMs).then(() => undefined)]);
  if (how === undefined) {
    fault(`still runs ${stopMs / 1000} s after ${signal}`);
    child.kill("SIGKILL");
    await ended;
  } else if (signal !== "SIGKILL") {
    report.slowestStopMs = Math.max(report.slowestStopMs, Math.round(performance.now() - began));
    // Before its first line runs, a process dies of the signal itself.
    if (how.signal === null && ![0, 1].includes(how.code)) fault(`exit code ${how.code}: ${said.err.slice(-300)}`);
  }
  if (/\n\s+at |internal:/.test(said.err)) fault(said.err.slice(-800));
}

/** Any command that measures. */
async function nextStart(fault) {
  const { said, ended } = start(["measure", model, "--again", "--protocol", "brief"]);
  const { code } = await ended;
  if (code !== 0) fault(`the next start ends with ${code}: ${said.err.slice(-300)}`);
}

async function nothingLeft(engines, fault) {
  await sleep(300);
  for (const pid of engines) if (isRunning(pid)) fault(`process ${pid} still runs: ${commandOf(pid)}`);
  for (const name of readdirSync(tmp).filter((name) => name.startsWith("litepred-"))) fault(`${name} is left`);
  const store = await openStore(home);
  await store.query({ every: true });
  for (const { file, reason } of store.problems()) fault(`${file}: ${reason}`);
  await store.close();
}

/** A killed engine is a failed model, told with exit code 1; one that hangs does not keep the command from being stopped. */
async function engineHarmed(signal, fault) {
  const { child, said, ended } = start(long.measure);
  let engines = [];
  for (let waited = 0; engines.length === 0 && waited < 200; waited++) {
    await sleep(50);
    engines = childrenOf(child.pid);
  }
  await sleep(random.next() * 2000);
  for (const pid of engines) process.kill(pid, signal);
  if (signal === "SIGSTOP") {
    await sleep(500);
    await stopped({ child, said, ended, signal: "SIGTERM" }, fault);
  } else {
    const { code } = await ended;
    if (code !== 0 && code !== 1) fault(`exit code ${code}: ${said.err.slice(-300)}`);
    if (/\n\s+at |internal:/.test(said.err)) fault(said.err.slice(-800));
  }
  await nextStart(fault);
  await nothingLeft(engines, fault);
}

async function closedAfterALine(fault) {
  const many = join(root, "many.sh");
  writeFileSync(many, 'set -o pipefail; node "$@" | head -1; echo "code $?"');
  for (const args of [
    ["pool", "list"],
    ["predict", model, "--kernels", "--json", "--platform", "all"],
  ]) {
    const child = spawn("bash", [many, here("../../bin/litepred.js"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const [out, err] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    if (!/code 0/.test(out) || /\n\s+at /.test(err)) fault(`${args[0]}: ${out.slice(-100)} ${err.slice(-400)}`);
  }
}

async function plain(args, script, fault) {
  const child = spawn("bash", ["-c", script, "bash", here("../../bin/litepred.js"), ...args], { stdio: "pipe" });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const err = await textOf(child.stderr);
  const code = await ended;
  if (code !== 0) fault(`exit code ${code}: ${err.slice(-300)}`);
}

async function clockBack(fault) {
  const back = join(root, "back.mjs");
  const lines = [
    "const now = Date.now; const began = now();",
    // A second after the start the clock is a day behind.
    "Date.now = () => now() - (now() - began > 1000 ? 864e5 : 0);",
    "globalThis.Date = class extends Date { constructor(...at) { super(...(at.length ? at : [Date.now()])); } };",
  ];
  writeFileSync(back, lines.join("\n"));
  const env = { NODE_OPTIONS: `--import ${back}` };
  for (const protocol of ["brief", "quick"]) {
    const args = ["measure", model, "--again", "--protocol", protocol];
    const { said, ended } = start(args, env);
    const { code } = await ended;
    if (code !== 0) fault(`${args[0]} ends with ${code}: ${said.err.slice(-300)}`);
  }
  await nothingLeft([], fault);
}

/** No line is longer, but for those of one word, and notes that name a path. */
async function narrow(fault, command, argsOf, env) {
  for (const verb of ["predict", "kernels"]) {
    const args = argsOf([here("../../bin/litepred.js"), verb, model, "--home", home]);
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise((resolve) => child.on("close", resolve));
    const [out, err] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    const code = await ended;
    if (code !== 0) fault(`${verb}: exit code ${code}: ${err.slice(-300)}`);
    const lines = out.split(/\r?\n/).filter((line) => !line.includes(root) && line.trim().includes(" "));
    const wide = lines.find((line) => [...line].length > 40);
    if (wide !== undefined) fault(`${verb}: a line of ${wide.length} characters: ${wide}`);
  }
}

async function textOf(stream) {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

/** All below a process, by /proc. */
function childrenOf(pid) {
  const direct = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid);
  return [...direct, ...direct.flatMap(childrenOf)];
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
function parentOf(pid) {
  return Number(statOf(pid)?.[1]);
}
function isRunning(pid) {
  return ![undefined, "Z", "X"].includes(statOf(pid)?.[0]);
}
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
