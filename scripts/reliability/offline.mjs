// The main commands on a machine without a network (needs a build; Linux with unshare and ip): all of them run in a network namespace that
// has the loopback interface alone. Usage: node scripts/reliability/offline.mjs
// Prints one JSON document; exit code 1 where a command fails, or the network is not gone.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const inside = "--inside";
const cli = fileURLToPath(new URL("../../bin/litepred.js", import.meta.url));
const rows = Array.from({ length: 40 }, (_, i) => `${i + 8},${i + 16},1,${(i + 1) / 100}`);
process.exitCode = process.argv.includes(inside) ? await runAll() : enter();

function enter() {
  const script = 'ip link set lo up && exec "$@"';
  const args = ["-rn", "sh", "-c", script, "sh", process.execPath, fileURLToPath(import.meta.url), inside];
  const { status, error } = spawnSync("unshare", args, { stdio: "inherit" });
  if (error !== undefined) process.stderr.write(`no network can be taken away here: ${error.message}\n`);
  return status ?? 1;
}

async function runAll() {
  const dist = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url).href);
  const [{ buildExampleModel }, { writeOnnx }] = await Promise.all([dist("spaces/index.js"), dist("writers/index.js")]);
  const root = mkdtempSync(join(tmpdir(), "litepred-offline-"));
  const [home, model, tables] = [join(root, "home"), join(root, "m.onnx"), join(root, "tables")];
  writeFileSync(model, writeOnnx(buildExampleModel("mobilenet-v3-small")));
  mkdirSync(tables);
  writeFileSync(join(tables, "fc.csv"), `cin,cout,rows,latency_ms\n${rows.join("\n")}\n`);
  const phone = ["--platform", "phone/cpu/tflite@2.7/fp32"];
  const local = ["--platform", "local/cpu/onnxruntime-node/fp32"];
  const bounded = ["--space", "ofa-mobilenetv3", "--max-latency", "1s", "--evaluations", "100"];
  const commands = [
    ["predict", model, "--platform", "all"],
    ["kernels", model],
    ["platforms"],
    ["engines"],
    ["doctor"],
    ["pool", "list"],
    ["pool", "verify"],
    ["pool", "export", join(root, "exported")],
    ["import", tables, ...phone],
    ["train", ...phone, "--recipe", "compact"],
    ["measure", model, "--protocol", "brief", ...local],
    ["profile", "--kernel", "relu", "--count", "3", "--profiled-models", "1", "--models", "1", ...local],
    ["check", model, "--max-latency", "10s", ...local],
    ["report", model, "--out", join(root, "r.html")],
    ["sample", "--kernel", "fc", "--count", "5"],
    ["architectures", "--space", "ofa-mobilenetv3", ...local],
    ["search", ...bounded, ...local],
    ["site", model, "--out", join(root, "site")],
  ];
  const report = { isOffline: await isOffline(), commands: {} };
  try {
    for (const args of commands) report.commands[nameOf(args)] = run([...args, "--home", home]);
    report.commands["start, on an engine made up"] = await startHere(dist, join(root, "start"));
    report.commands.serve = await serve(home, model);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  return report.isOffline && Object.values(report.commands).every((how) => how === "works") ? 0 : 1;
}

function nameOf(args) {
  return (args[0] === "pool" ? args.slice(0, 2) : args.slice(0, 1)).join(" ");
}

function run(args) {
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    timeout: 300_000,
    input: "",
  });
  return status === 0 ? "works" : `exit code ${status}: ${stderr.slice(-300)}`;
}

/** An address that is never anybody's: whoever has a network waits for it, whoever has none is told at once. */
function isOffline() {
  return new Promise((resolve) => {
    const socket = connect({ host: "192.0.2.1", port: 80, timeout: 2000 });
    const end = (isGone) => {
      socket.destroy();
      resolve(isGone);
    };
    socket.on("error", ({ code }) => end(code === "ENETUNREACH"));
    socket.on("timeout", () => end(false));
    socket.on("connect", () => end(false));
  });
}

async function startHere(dist, home) {
  const [{ startHere: start }, { createSyntheticEngine, syntheticDevice }] = await Promise.all([
    dist("jobs/start.js"),
    dist("engines/index.js"),
  ]);
  const engine = createSyntheticEngine({ ...syntheticDevice, noise: 0.01 });
  const few = { minutes: 1, models: 5, examples: ["mobilenet-v3-small"] };
  try {
    await start({ home, platform: "far/cpu/synthetic@1/fp32", engine, ...few });
    return "works";
  } catch (error) {
    return String(error.stack);
  }
}

/** The page, and a prediction over HTTP. */
async function serve(home, model) {
  const child = spawn(process.execPath, [cli, "serve", model, "--port", "0", "--home", home]);
  try {
    const url = await new Promise((resolve, reject) => {
      for (const input of [child.stdout, child.stderr])
        createInterface({ input }).on("line", (line) => {
          const found = /http:\S+/.exec(line);
          if (found) resolve(found[0]);
        });
      child.once("close", () => reject(new Error("it has ended")));
    });
    const headers = { "content-type": "application/octet-stream" };
    const replies = [
      await fetch(url),
      await fetch(new URL("api/predict?name=m.onnx", url), { method: "POST", headers, body: readFileSync(model) }),
    ];
    return replies.every(({ ok }) => ok) ? "works" : replies.map(({ status }) => status).join(" ");
  } catch (error) {
    return error.message;
  } finally {
    child.kill("SIGTERM");
  }
}
