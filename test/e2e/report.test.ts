/** Reports of real models, and of one whose names want to do harm. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import type { ModelReport } from "../../src/jobs/predict.js";
import type { ReportData } from "../../src/reports/index.js";
import { createPlace, hostileModel, poolPlatform } from "./cli.js";

const place = createPlace("report");
after(() => place.remove());
writeFileSync(place.path("hostile.onnx"), hostileModel());

function report(models: readonly string[], file: string, ...more: readonly string[]): string {
  const args = ["report", ...models, "--platform", poolPlatform, "--out", file, ...more];
  const { status, stderr } = place.litepred(args);
  assert.equal(status, 0, stderr);
  return readFileSync(place.path(file), "utf8");
}

test("the page stands alone and says what predict says", () => {
  const page = report(["mobilenet.onnx", "squeezenet.onnx"], "report.html");
  assert.doesNotMatch(page, /<script|https?:|src=|@import|url\(/);
  assert.match(page, /Content-Security-Policy" content="default-src/);
  const [predicted] = place.json<ModelReport[]>(["predict", "mobilenet.onnx", "--platform", poolPlatform]);
  assert.ok(page.includes(`<b>${predicted!.latencyMs.toFixed(2)}</b>`));
  for (const part of ["By kernel type", "What binds them", "Roofline", "one by one", "covered by a predictor"])
    assert.ok(page.includes(part), part);
});

test("JSON: shares and groups make the whole, the total its parts", () => {
  const { models }: ReportData = JSON.parse(report(["mobilenet.onnx"], "report.json"));
  const [found] = models[0]!.platforms;
  const total = (of: readonly { readonly share: number }[]) => of.reduce((sum, { share }) => sum + share, 0);
  for (const shares of [found!.kernels, found!.types, found!.bounds]) assert.ok(Math.abs(total(shares) - 1) < 1e-9);
  assert.ok(Math.abs(found!.sumMs * found!.factor + found!.callMs - found!.latencyMs) < 1e-9);
  assert.ok(found!.kernels.every(({ bound, efficiency }) => bound !== undefined && efficiency > 0));
});

test("the trace adds up to the total, blocks around their kernels", () => {
  const { traceEvents } = JSON.parse(report(["mobilenet.onnx"], "t.json", "--format", "trace"));
  const kernels = traceEvents.filter(({ ph, cat }: { ph: string; cat: string }) => ph === "X" && cat !== "block");
  const blocks = traceEvents.filter(({ cat }: { cat: string }) => cat === "block");
  const end = kernels.reduce((total: number, { dur }: { dur: number }) => total + dur, 0);
  const [predicted] = place.json<ModelReport[]>(["predict", "mobilenet.onnx", "--platform", poolPlatform]);
  assert.ok(Math.abs(end / 1000 - predicted!.latencyMs) < 1e-6);
  assert.ok(blocks.length > 10);
  for (const { ts, dur } of blocks) assert.ok(ts >= 0 && ts + dur <= end + 1e-6);
});

test("node data for Model Explorer names tensors of the model", () => {
  const { results } = JSON.parse(report(["mobilenet.onnx"], "explorer.json", "--format", "model-explorer"));
  const values = Object.values<{ value: number }>(results);
  assert.ok(values.length > 50 && values.every(({ value }) => value > 0));
  const args = ["report", "mobilenet.onnx", "--platform", "all", "--out", "x", "--format", "model-explorer"];
  assert.equal(place.litepred(args).status, 2);
});

test("CSV has a row for each kernel, Markdown its tables", () => {
  const rows = report(["mobilenet.onnx"], "report.csv").trimEnd().split("\r\n");
  const [predicted] = place.json<ModelReport[]>(["predict", "mobilenet.onnx", "--platform", poolPlatform]);
  assert.equal(rows.length, 1 + predicted!.kernels.length);
  assert.match(report(["mobilenet.onnx"], "report.md"), /\| platform \| ms \|[\s\S]*\| kernel \| type \|/);
});

test("names in a model file stay text in every format", () => {
  const page = report(["hostile.onnx"], "h.html");
  assert.doesNotMatch(page, /<script|<img|alert\(1\)<\//);
  const csv = report(["hostile.onnx"], "h.csv");
  for (const line of csv.split("\r\n")) assert.doesNotMatch(line, /(^|,)"?[=+@-]/);
  const text = report(["hostile.onnx"], "h.md");
  assert.ok(!text.includes("<script") && !text.includes("<img"));
  for (const part of [page, csv, text]) for (const sign of ["\u001b", "\u202e"]) assert.ok(!part.includes(sign));
  JSON.parse(report(["hostile.onnx"], "h.trace", "--format", "trace"));
});

test("of a name of a million characters no more is shown than can be read", () => {
  writeFileSync(place.path("long.onnx"), hostileModel("n".repeat(1_000_000)));
  assert.ok(report(["long.onnx"], "long.html").length < 500_000);
  const { stderr } = place.litepred(["predict", "long.onnx", "--input", `${"n".repeat(100_000)}=1x2`]);
  assert.ok(stderr.length < 10_000);
});

test("one bad file of several is a row, of one an error", () => {
  const { status, stdout } = place.litepred([
    "report",
    "no.onnx",
    "mobilenet.onnx",
    "--platform",
    poolPlatform,
    "--out",
    "b.html",
  ]);
  assert.equal(status, 2);
  assert.match(stdout, /no\.onnx: no such file/);
  assert.match(readFileSync(place.path("b.html"), "utf8"), /could not be used[\s\S]*no\.onnx/);
  assert.equal(place.litepred(["report", "no.onnx", "--out", "c.html"]).status, 2);
});
