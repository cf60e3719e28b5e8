/** What the terminal shows: fits, says what totals are made of, goes on after a bad file. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { createPlace, hostileModel, poolPlatform } from "./cli.js";

const place = createPlace("terminal");
after(() => place.remove());
writeFileSync(place.path("hostile.onnx"), hostileModel());

const commands: readonly (readonly string[])[] = [
  ["predict", "mobilenet.onnx", "--platform", poolPlatform],
  ["predict", "mobilenet.onnx", "--platform", poolPlatform, "--kernels"],
  ["predict", "mobilenet.onnx", "--platform", "all"],
  ["predict", "mobilenet.onnx", "squeezenet.onnx", "--platform", poolPlatform],
  ["kernels", "mobilenet.onnx"],
  ["kernels", "mobilenet.onnx", "--tree"],
  ["predict", "hostile.onnx", "--platform", poolPlatform],
  ["kernels", "hostile.onnx", "--tree"],
  ["check", "mobilenet.onnx", "squeezenet.onnx", "--platform", poolPlatform, "--max-latency", "1s"],
];

for (const args of commands)
  test(`fits: ${args.join(" ")}`, () => {
    for (const columns of [80, 40]) {
      const { stdout, stderr, status } = place.litepred(args, columns);
      assert.equal(status, 0, stderr);
      for (const line of stdout.split("\n")) {
        // Words that no column holds (ids, names in reasons) may be longer than the narrowest terminal.
        const longest = Math.max(...line.split(" ").map((word) => word.length));
        assert.ok(line.length <= Math.max(columns, longest + 4), `${columns}: ${line}`);
        assert.ok(!line.includes("\u001b"));
      }
    }
  });

test("a config in a few words, the parts of the total, bars", () => {
  const { stdout } = place.litepred(["predict", "mobilenet.onnx", "--platform", poolPlatform]);
  assert.match(stdout, /3×3 s2 96ch @112/);
  assert.match(stdout, /= \d+\.\d+ ms of \d+ kernels × \d\.\d+ \(correction for whole models\)/);
  assert.match(stdout, /██/);
});

test("all platforms in one table: a row each", () => {
  const { stdout } = place.litepred(["predict", "mobilenet.onnx", "--platform", "all"]);
  const lines = stdout.split("\n").filter((line) => line.includes("/cpu/"));
  assert.ok(lines.length >= 16 && lines.every((line) => /\d – \d.* %$/.test(line.trimEnd())));
  const two = place.json<{ platform: string }[]>([
    ...["predict", "mobilenet.onnx", "--platform", poolPlatform],
    ...["--platform", "epyc-f25m1/cpu/mnn@3.6.1/fp32"],
  ]);
  assert.equal(two.length, 2);
});

test("a list with a bad file: a row for each, the reason below, exit code 2", () => {
  writeFileSync(place.path("broken.onnx"), "not a model");
  const args = ["predict", "mobilenet.onnx", "broken.onnx", "no.onnx", "squeezenet.onnx", "--platform", poolPlatform];
  const { status, stdout } = place.litepred(args);
  assert.equal(status, 2);
  for (const model of ["mobilenet.onnx", "broken.onnx", "no.onnx", "squeezenet.onnx"])
    assert.match(stdout, new RegExp(`^${model} `, "m"));
  assert.match(stdout, /^! no\.onnx: no such file$/m);
  const rows = place.json<{ model: string; failed?: string; latencyMs?: number }[]>(args);
  assert.deepEqual(
    rows.map(({ model, failed }) => [model, failed === undefined]),
    [
      ["mobilenet.onnx", true],
      ["squeezenet.onnx", true],
      ["broken.onnx", false],
      ["no.onnx", false],
    ].sort((a, b) => args.indexOf(String(a[0])) - args.indexOf(String(b[0]))),
  );
});

test("a single bad file is an error on stderr", () => {
  const { status, stdout, stderr } = place.litepred(["predict", "no.onnx", "--platform", poolPlatform]);
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(stderr, /no\.onnx: no such file/);
});

test("measure goes on after a bad file", () => {
  const args = ["measure", "no.onnx", "squeezenet.onnx", "--protocol", "brief"];
  const { status, stdout } = place.litepred(args);
  assert.equal(status, 2);
  assert.match(stdout, /^squeezenet\.onnx +\d/m);
  assert.match(stdout, /^! no\.onnx: no such file$/m);
});
