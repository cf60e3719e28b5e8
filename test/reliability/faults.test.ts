/** Hostile artefacts, a full disk, missing rights, no network: short forms of what docs/reliability.md tells. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { packagePath } from "../../src/base/index.js";
import { openPool } from "../../src/pool/index.js";
import { readModelFile, settledModel } from "../../src/workspace/index.js";
import { node, onnxModel, tensor, value } from "../contracts/onnx-model.js";

const root = mkdtempSync(join(tmpdir(), "litepred-faults-"));
after(() => rmSync(root, { recursive: true, force: true }));

const run = (args: readonly string[], env: Record<string, string> = {}) => {
  const cli = packagePath("bin", "litepred.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    cwd: root,
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
};

const model = join(root, "m.onnx");
writeFileSync(model, onnxModel({ inputs: [value("x", [1, 3, 8, 8])], nodes: [node("Relu", ["x"], ["y"])] }));

test("what is no model, or no workspace, is a line and exit code 2, never a stack trace", () => {
  mkdirSync(join(root, "folder.onnx"));
  writeFileSync(join(root, "file-home"), "");
  for (const args of [
    ["predict", "folder.onnx"],
    ["measure", "/dev/null"],
    ["kernels", "missing.onnx"],
    ["pool", "list", "--home", "file-home"],
    ["measure", model, "--home", "file-home/below"],
    ["kernels", model, "--engine", "onnxruntme-node"],
    ["measure", model, "--platform", "local/cpu/onnxruntme-node/fp32"],
    ["sample", "--kernel", "toString", "--count", "2"],
    ["search", "--space", "constructor", "--platform", "local/cpu/onnxruntime-node/fp32", "--max-latency", "1"],
    ["evaluate", "models", "missing.onnx", "folder.onnx"],
  ]) {
    const { status, stderr } = run(args);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, /^litepred: /);
    assert.doesNotMatch(stderr, /\n\s+at /);
  }
});

test("weights outside of the model's folder are not read, by whatever way the file names them", () => {
  const secret = join(root, "secret.bin");
  writeFileSync(secret, new Uint8Array(64));
  const folder = join(root, "models");
  mkdirSync(folder);
  symlinkSync(secret, join(folder, "link.bin"));
  for (const location of ["../secret.bin", secret, "link.bin"]) {
    const weight = tensor("w", [4], []);
    weight.dataLocation = 1;
    weight.externalData = [{ $typeName: "onnx.StringStringEntryProto", key: "location", value: location }];
    const file = join(folder, "m.onnx");
    const nodes = [node("Add", ["x", "w"], ["y"])];
    writeFileSync(file, onnxModel({ inputs: [value("x", [4])], constants: [weight], nodes }));
    assert.throws(
      () => readModelFile(file),
      { code: "invalid-model", message: /outside the model's folder/ },
      location,
    );
    assert.throws(() => settledModel(file), { name: "LitepredError" }, location);
  }
});

test("predictors with an absurd header, a wrong hash or a wandering name are refused, and nothing is written", () => {
  const home = join(root, "home");
  const sound = openPool(home).list().entries[0]!.file;
  const hostile: Record<string, Uint8Array> = {
    "header.safetensors": Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x7b),
    "empty.safetensors": new Uint8Array(0),
    "deep.safetensors": headed(`${"[".repeat(100_000)}`),
    "proto.safetensors": headed('{"__proto__":{"dtype":"F32","shape":[1e308],"data_offsets":[0,4]}}'),
    "path.safetensors": headed(
      '{"__metadata__":{"format":"litepred-predictor-1","manifest":"{\\"platform\\":\\"../../x/cpu/y/fp32\\"}"}}',
    ),
  };
  assert.ok(existsSync(sound));
  for (const [name, bytes] of Object.entries(hostile)) {
    const file = join(root, name);
    writeFileSync(file, bytes);
    assert.throws(() => openPool(home).add(file), { name: "LitepredError" }, name);
  }
  assert.ok(!existsSync(home) || readdirSync(home).length === 0);
});

function headed(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  return bytes;
}

test("nothing reaches for the network", () => {
  const guard = join(root, "guard.mjs");
  // An adb server on this machine may be asked for phones.
  const lines = [
    'import net from "node:net"; import dns from "node:dns";',
    "const refuse = (to) => { process.stderr.write('NETWORK ' + JSON.stringify(to)); process.exit(9); };",
    "const { connect } = net.Socket.prototype;",
    "net.Socket.prototype.connect = function (...to) { const [at] = [to[0]].flat();",
    "return /^(127[.]|localhost|::1)/.test(at?.host ?? '') ? connect.apply(this, to) : refuse(at); };",
    "dns.lookup = refuse; globalThis.fetch = refuse;",
  ];
  writeFileSync(guard, lines.join("\n"));
  for (const args of [["kernels", model], ["predict", model, "--platform", "all"], ["pool", "verify"], ["platforms"]]) {
    const { status, stderr } = run(args, { NODE_OPTIONS: `--import ${guard}` });
    assert.doesNotMatch(stderr, /NETWORK/, args.join(" "));
    assert.equal(status, 0, stderr);
  }
});

test("libraries neither report to their makers nor write into the user's folder", () => {
  const [user, tmp] = [join(root, "user"), join(root, "tmp")];
  for (const folder of [user, tmp]) mkdirSync(folder);
  const args = ["measure", model, "--protocol", "brief", "--home", join(root, "quiet")];
  const { status, stderr } = run(args, { HOME: user, TMPDIR: tmp, ...undoing });
  assert.equal(status, 0, stderr);
  assert.deepEqual([readdirSync(user), readdirSync(tmp)], [[], []]);
});

/** As nobody's environment is: what CI has set would hide that it is not set here. */
const undoing = { CI: "", GITHUB_ACTIONS: "", ORT_DISABLE_TELEMETRY: "", ORT_TELEMETRY_DISABLED: "" };

test("a disk that is full ends in a line, and what was there stays", () => {
  if (process.platform !== "linux") return;
  const home = join(root, "full");
  assert.equal(run(["pool", "export", join(root, "out")]).status, 0);
  const [file] = readdirSync(join(root, "out")).filter((name) => name.endsWith(".safetensors"));
  const cli = packagePath("bin", "litepred.js");
  const command = 'ulimit -f 16; trap "" XFSZ; exec "$@"';
  const args = ["-c", command, "sh", process.execPath, cli, "pool", "add", join(root, "out", file!), "--home", home];
  const { status, stderr } = spawnSync("sh", args, { encoding: "utf8" });
  assert.equal(status, 2, stderr);
  assert.match(stderr, /litepred: .*larger than is allowed/);
  assert.deepEqual(readdirSync(join(home, "pool")), []);
});

test("the list of packages is that of the lockfile", () => {
  const script = packagePath("scripts", "dependencies.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});
