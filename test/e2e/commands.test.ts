/**
 * The program as a user starts it: every command that needs no minutes, in one workspace, one after another as a person would. What `start`
 * and `evaluate` do beyond that is tested where they are (adaptation.test.ts; each folder of experiments).
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { packagePath } from "../../src/base/index.js";
import { fixture } from "../fixtures/index.js";

const root = mkdtempSync(join(tmpdir(), "litepred-commands-"));
after(() => rmSync(root, { recursive: true, force: true }));
const home = join(root, "home");
const model = join(root, "squeezenet.onnx");
writeFileSync(model, fixture("squeezenet1_1.torchscript").model());
const shipped = "xeon-f6m207/cpu/onnxruntime-node@1.30.0/fp32";
const here = "local/cpu/onnxruntime-node/fp32";

function start(args: readonly string[]) {
  const program = packagePath("bin", "litepred.js");
  return spawnSync(process.execPath, [program, "--home", home, ...args], { encoding: "utf8", cwd: root });
}

/** Of a command that ends well: its one JSON document. */
// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes, checked field by field
function json(...args: string[]): any {
  const { status, stdout, stderr } = start(["--json", ...args]);
  assert.equal(status, 0, `${args.join(" ")}: ${stderr}`);
  return JSON.parse(stdout);
}

test("predict: one platform of the pool, and all", () => {
  const [found] = json("predict", model, "--platform", shipped);
  assert.ok(found.interval.lowMs < found.latencyMs && found.latencyMs < found.interval.highMs);
  assert.equal(json("predict", model, "--platform", "all").length, json("pool", "list").length);
  assert.match(start(["predict", model, "--platform", shipped]).stdout, /conv-bn-relu/);
});

test("kernels: those that an engine runs a model as", () => {
  assert.ok(json("kernels", model, "--engine", "onnxruntime-node").kernels.length > 30);
});

test("measure: into the workspace, and not again", () => {
  const [first] = json("measure", model, "--protocol", "brief");
  assert.ok(first.latencyMs > 0 && first.sessions >= 1);
  assert.deepEqual(json("measure", model, "--protocol", "brief"), [first]);
});

test("profile and train: a predictor of this machine, which the pool then has", () => {
  const amounts = ["--count", "8", "--profiled-models", "0", "--models", "0"];
  const { measured } = json("profile", "--platform", here, "--kernel", "fc", ...amounts);
  assert.ok(measured >= 8);
  const { platform, predictors } = json("train", "--platform", here);
  assert.ok(predictors.length >= 1);
  assert.ok(json("pool", "list").some((entry: { platform: string }) => entry.platform === platform));
  assert.ok(json("platforms").some((row: { platform: string; predictor: boolean }) => row.predictor));
});

test("adapt: from the pool, with little time", () => {
  const { models, file, kernels } = json("adapt", "--platform", here, "--minutes", "0.05", "--models", "2");
  assert.equal(models.n, 2);
  assert.ok(file.startsWith(home) && Object.keys(kernels).length > 0);
});

test("pool: shown, verified, passed on and taken in", () => {
  assert.equal(json("pool", "show", shipped).platform, shipped);
  assert.deepEqual(json("pool", "verify").problems, []);
  const folder = join(root, "passed-on");
  const [file] = json("pool", "export", folder, "--platform", shipped);
  const [added] = json("pool", "add", file);
  assert.equal(added.platform, shipped);
});

test("sample: as many configs as asked for", () => {
  const kernel = ["--kernel", "dwconv-bn-relu", "--space", "mobilenetv1"];
  const configs = json("sample", ...kernel, "--sampler", "prior", "--count", "20");
  assert.equal(configs.length, 20);
});

test("import, train and evaluate recorded: tables of other devices", () => {
  const data = join(root, "tables", "phones");
  for (const [device, speed] of Object.entries({ slow: 1, fast: 4, new: 2 })) {
    mkdirSync(join(data, device), { recursive: true });
    const rows = Array.from(
      { length: 80 },
      (_, i) => `${4 + i},${8 + (i % 7)},${(1 + (4 + i) * (8 + (i % 7))) / speed}`,
    );
    writeFileSync(join(data, device, "myblock.csv"), `hw,cin,latency_ms\n${rows.join("\n")}\n`);
  }
  const platform = "phone/cpu/engine@1/fp32";
  assert.equal(json("import", join(data, "slow"), "--platform", platform).rows, 80);
  assert.equal(json("train", "--platform", platform).predictors[0].kernel, "myblock");
  const amounts = ["--methods", "log-linear", "--budgets", "20", "--seeds", "1"];
  json("evaluate", "recorded", "--data", join(root, "tables"), "--runs", join(root, "runs.jsonl"), ...amounts);
  assert.ok(readdirSync(root).includes("runs.jsonl"));
});

test("engines: what is installed and what is missing", () => {
  const rows: { name: string; installed: boolean }[] = json("engines", "list");
  assert.ok(rows.some(({ name, installed }) => name === "onnxruntime-node" && installed));
});

test("doctor: every finding has a level", () => {
  const { status, stdout } = start(["--json", "doctor"]);
  assert.ok(status === 0 || status === 1);
  for (const { level } of JSON.parse(stdout)) assert.match(level, /^(ok|warning|problem)$/);
});

test("a wrong call ends with exit code 2, a hint on stderr and nothing on stdout", () => {
  for (const args of [
    ["predict"],
    ["predict", "missing.onnx"],
    ["no-such-command"],
    ["sample", "--kernel", "nothing"],
  ]) {
    const { status, stdout, stderr } = start(["--json", ...args]);
    assert.equal(status, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.notEqual(stderr, "");
  }
});
