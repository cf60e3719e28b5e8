/** The gate: by prediction and by measuring, its files, and the examples for CI as they stand. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { CheckRow } from "../../src/analysis/index.js";
import { packagePath } from "../../src/base/index.js";
import { createPlace, hostileModel, litepredBin, poolPlatform } from "./cli.js";

const place = createPlace("check");
after(() => place.remove());
writeFileSync(place.path("hostile.onnx"), hostileModel());

const check = (...args: readonly string[]) => place.litepred(["check", "--platform", poolPlatform, ...args]);
const checkJson = (...args: readonly string[]) =>
  place.json<CheckRow[]>(["check", "--platform", poolPlatform, ...args]);

test("passes below the limit, exit code 3 with the reason above it, and in doubt", () => {
  assert.equal(check("mobilenet.onnx", "--max-latency", "1s").status, 0);
  const { status, stdout } = check("mobilenet.onnx", "--max-latency", "1ms");
  assert.equal(status, 3);
  assert.match(stdout.replace(/\s+/g, " "), /above the limit of 1 ms with probability 100 %/);
  const [row] = checkJson("mobilenet.onnx", "--max-latency", "1ms");
  const justAbove = `${row!.latencyMs * 1.001}ms`;
  const [doubtful] = checkJson("mobilenet.onnx", "--max-latency", justAbove);
  assert.ok(!doubtful!.passed && doubtful!.probability! > 0.3 && doubtful!.probability! < 0.5);
  assert.equal(check("mobilenet.onnx", "--max-latency", justAbove, "--confidence", "0.5").status, 0);
});

test("the shape of its JSON", () => {
  const [row] = checkJson("mobilenet.onnx", "--max-latency", "20ms");
  assert.deepEqual(Object.keys(row!).sort(), [
    ...["interval", "latencyMs", "limitMs", "measured", "model", "passed", "platform", "probability"],
  ]);
  assert.equal(row!.limitMs, 20);
});

test("against a baseline: the same model passes, a slower one is missed with what differs", () => {
  mkdirSync(place.path("next"), { recursive: true });
  assert.equal(check("mobilenet.onnx", "squeezenet.onnx", "--save", "base.json").status, 0);
  assert.equal(check("mobilenet.onnx", "--against", "base.json").status, 0);
  copyFileSync(place.path("mobilenet.onnx"), place.path("next/squeezenet.onnx"));
  copyFileSync(place.path("squeezenet.onnx"), place.path("next/new.onnx"));
  const rows = checkJson("next/squeezenet.onnx", "next/new.onnx", "--against", "base.json", "--max-regression", "5%");
  assert.equal(rows[1]!.passed, true);
  assert.match(rows[1]!.note!, /not compared/);
  const { regression } = rows[0]!;
  assert.ok(regression!.kernels!.length > 10);
  assert.equal(rows[0]!.passed, regression!.change < 0.05);
  const [back] = checkJson("squeezenet.onnx", "--against", "mobilenet.onnx");
  assert.ok(Math.abs((1 + back!.regression!.change) * (1 + regression!.change) - 1) < 1e-6);
});

test("files for CI systems; names stay text", () => {
  const args = ["mobilenet.onnx", "hostile.onnx", "no.onnx", "--max-latency", "1us", "--junit", "out/j.xml"];
  writeFileSync(place.path("summary.md"), "before\n");
  assert.equal(check(...args, "--summary", "summary.md").status, 2);
  const xml = readFileSync(place.path("out/j.xml"), "utf8");
  assert.match(xml, /<testsuites name="litepred check" tests="3" failures="2" errors="1">/);
  assert.equal([...xml.matchAll(/<failure message="[^"<]+"\/>/g)].length, 2);
  const summary = readFileSync(place.path("summary.md"), "utf8");
  assert.match(summary, /^before\n### Latency: 3 of 3 checks not passed/);
});

test("what cannot be checked is wrong usage", () => {
  for (const args of [
    ["mobilenet.onnx"],
    ["mobilenet.onnx", "--max-latency", "soon"],
    ["mobilenet.onnx", "--max-latency", "0ms"],
    ["mobilenet.onnx", "--max-latency", "20ms", "--confidence", "1"],
    ["mobilenet.onnx", "--against", "no.json"],
    ["mobilenet.onnx", "squeezenet.onnx", "--against", "mobilenet.onnx"],
  ])
    assert.equal(check(...args).status, 2, args.join(" "));
  writeFileSync(place.path("bad.json"), '{"format":"litepred-baseline-1","models":[{"model":1}]}');
  assert.match(check("mobilenet.onnx", "--against", "bad.json").stderr, /no baseline/);
});

const here = ["--platform", "local/cpu/onnxruntime-node/fp32", "--measure", "--protocol", "brief"];

test("measured: a limit, and a paired test against the model of before", () => {
  const [row] = place.json<CheckRow[]>([
    ...["check", "squeezenet.onnx", ...here, "--max-latency", "10s"],
    ...["--against", "squeezenet.onnx", "--max-regression", "100%", "--save", "measured.json"],
  ]);
  assert.ok(row!.measured && row!.passed && row!.probability! < 1e-6);
  assert.ok(row!.regression!.rounds! >= 4);
  const slower = place.litepred(["check", "mobilenet.onnx", ...here, "--max-latency", "1us"]);
  assert.equal(slower.status, 3, slower.stderr);
  const unmeasured = place.litepred(["check", "squeezenet.onnx", ...here, "--against", "base.json"]);
  assert.notEqual(unmeasured.status, 3);
});

/** `npx litepred` as it is after npm ci. */
function shims(): string {
  const folder = place.path("bin");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "npx"), `#!/bin/sh\nshift\nexec "${process.execPath}" "${litepredBin}" "$@"\n`);
  chmodSync(join(folder, "npx"), 0o755);
  return folder;
}

function shell(script: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
  return spawnSync("bash", ["-e", "-o", "pipefail", "-c", script], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PATH: `${shims()}:${process.env.PATH}`, LITEPRED_HOME: place.path("home"), ...env },
  });
}

const isWindows = process.platform === "win32";

test("the example workflow: its steps pass, and fail where a model is too slow", { skip: isWindows }, () => {
  const workflow = readFileSync(packagePath("examples", "ci", "latency.yml"), "utf8");
  const steps = [...workflow.matchAll(/^( +)run: \|\n((?:\1 +.*\n|\n)+)/gm)].map((match) => match[2]!);
  const variable = (name: string) => new RegExp(`^ +${name}: (.*)$`, "m").exec(workflow)![1]!;
  assert.equal(steps.length, 2);
  mkdirSync(place.path("repository/models"), { recursive: true });
  copyFileSync(place.path("squeezenet.onnx"), place.path("repository/models/squeezenet.onnx"));
  const cwd = place.path("repository");
  const env = {
    PLATFORM: variable("PLATFORM"),
    MAX_LATENCY: variable("MAX_LATENCY"),
    GITHUB_STEP_SUMMARY: place.path("s.md"),
  };
  const save = /npx litepred check .*--save latency-baseline\.json/.exec(workflow)![0];
  assert.equal(shell(save, cwd, env).status, 0);
  for (const step of steps) {
    const { status, stderr } = shell(step, cwd, env);
    assert.equal(status, 0, stderr);
  }
  for (const file of ["latency.html", "latency.xml"]) assert.ok(existsSync(join(cwd, file)), file);
  assert.match(readFileSync(place.path("s.md"), "utf8"), /1 check passed/);
  assert.equal(shell(steps[0]!, cwd, { ...env, MAX_LATENCY: "1us" }).status, 3);
});

test("the example hook: checks what is staged", { skip: isWindows }, () => {
  const cwd = place.path("hooked");
  mkdirSync(cwd);
  const git = "git -c user.name=a -c user.email=a@example.org -c commit.gpgsign=false";
  const setup = `git init -q && cp "${packagePath("examples", "ci", "pre-commit")}" .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit`;
  assert.equal(shell(setup, cwd).status, 0);
  assert.equal(shell(`echo hello > "read me.txt" && git add . && ${git} commit -qm text`, cwd).status, 0);
  copyFileSync(place.path("squeezenet.onnx"), join(cwd, "a model.onnx"));
  const commit = `git add . && ${git} commit -qm model`;
  const stopped = shell(commit, cwd, { LATENCY_LIMIT: "1us" });
  assert.notEqual(stopped.status, 0);
  assert.match(stopped.stdout + stopped.stderr, /above the limit/);
  const passed = shell(commit, cwd, { LATENCY_LIMIT: "1s" });
  assert.equal(passed.status, 0, passed.stderr);
});
