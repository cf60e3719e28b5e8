/**
 * The pages of docs/how-to that add a member of a family are true: in a copy of the sources their files are written and their
 * edits made as they stand, all of it compiles, and each family's conformance kit runs over the new member.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { packagePath } from "../src/base/index.js";

const scratch = mkdtempSync(join(tmpdir(), "litepred-how-to-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A block of a page whose fence names a file: the file itself, or an edit of it. */
interface Block {
  readonly page: string;
  readonly kind: string;
  readonly file: string;
  readonly text: string;
}

const blocks = readdirSync(packagePath("docs", "how-to"))
  .filter((page) => page.startsWith("add-"))
  .flatMap((page) => blocksOf(page, readFileSync(packagePath("docs", "how-to", page), "utf8")));

function blocksOf(page: string, markdown: string): Block[] {
  const found = markdown.matchAll(/^```(\w+) (\S+)\n(.*?)^```$/gms);
  return [...found].map(([, kind, file, text]) => ({ page, kind: kind!, file: file!, text: text! }));
}

/** The sources without tests, but for those that pages edit. */
function copySources(): void {
  const edited = new Set(blocks.map(({ file }) => packagePath(file)));
  const filter = (path: string) => !path.endsWith(".test.ts") || edited.has(path);
  for (const folder of ["src", "test/contracts"])
    cpSync(packagePath(folder), join(scratch, folder), { recursive: true, filter });
  cpSync(packagePath("package.json"), join(scratch, "package.json"));
  cpSync(packagePath("tsconfig.json"), join(scratch, "tsconfig.json"));
  for (const folder of ["node_modules", "data"]) symlinkSync(packagePath(folder), join(scratch, folder), "dir");
}

/** Lines of a diff that begin with " " or "-" must stand in the file, once; they become those that begin with " " or "+". */
function edit({ page, file, text }: Block): void {
  const lines = text.trimEnd().split("\n");
  const side = (sign: string) =>
    lines
      .filter((line) => line[0] !== sign)
      .map((line) => `${line.slice(1)}\n`)
      .join("");
  const before = readFileSync(join(scratch, file), "utf8");
  const parts = before.split(side("+"));
  assert.equal(parts.length, 2, `${page}: ${file} does not have these lines once:\n${side("+")}`);
  writeFileSync(join(scratch, file), parts.join(side("-")));
}

function write({ page, kind, file, text }: Block): void {
  assert.equal(kind, "ts", `${page}: a block of ${file} is neither ts nor diff`);
  mkdirSync(dirname(join(scratch, file)), { recursive: true });
  writeFileSync(join(scratch, file), text);
}

copySources();
for (const block of blocks) block.kind === "diff" ? edit(block) : write(block);
const compiler = packagePath("node_modules", "typescript", "bin", "tsc");
const compiled = spawnSync(process.execPath, [compiler, "-p", scratch], { encoding: "utf8" });
assert.equal(compiled.status, 0, `the pages do not compile:\n${compiled.stdout}`);

const load = (path: string): Promise<unknown> => import(pathToFileURL(join(scratch, "dist", path)).href);
const kits = (await load("test/contracts/index.js")) as typeof import("./contracts/index.js");
const sampling = (await load("src/sampling/index.js")) as typeof import("../src/sampling/index.js");
const spaces = (await load("src/spaces/index.js")) as typeof import("../src/spaces/index.js");
const kernels = (await load("src/kernels/index.js")) as typeof import("../src/kernels/index.js");
const engines = (await load("src/engines/index.js")) as typeof import("../src/engines/index.js");
const transfer = (await load("src/transfer/index.js")) as typeof import("../src/transfer/index.js");
const { writeOnnx } = (await load("src/writers/index.js")) as typeof import("../src/writers/index.js");

// All that is awaited comes first: once a test has run, the runner takes a pause for the end of the file.
const frequent = await sampling.loadSampler("frequent");
const [tiny] = await spaces.loadSpaces(["tiny"]);
const method = await transfer.loadTransferMethod("ratio" as never, undefined as never);

test("each page that adds something is here", () => {
  const pages = new Set(blocks.map(({ page }) => page.replace(".md", "")));
  assert.deepEqual([...pages].sort(), [
    "add-a-kernel-type",
    "add-a-sampler",
    "add-a-search-space",
    "add-a-transfer-method",
    "add-an-engine",
  ]);
});

// ---- a sampler, a space, an engine: their kits ----

const statistics = {
  type: "fc",
  count: 40,
  costShare: 1,
  configs: Array.from({ length: 40 }, (_, i) => ({
    config: kernels.projectConfig("fc", { ...kernels.exampleConfig("fc"), cin: 8 * (i + 1) }),
    count: 1 + (i % 7),
    share: 1 / 40,
  })),
};
kits.samplerContract(frequent, { type: "fc", count: 20, seed: 1, statistics });

kits.spaceContract(tiny!);

kits.checkEngine({
  name: "onnxruntime-plain",
  load: () => engines.loadEngine("onnxruntime-plain"),
  encode: (graph) => writeOnnx(graph),
});

// ---- a kernel type: a detected kernel has the config that its graph was built of ----

test("the kernel type of the page is detected, has features, and costs what its graph says", () => {
  const config = kernels.projectConfig("lrn", { c: 96, h: 27, w: 27, window: 7 });
  const graph = kernels.kernelTypeOf("lrn").graph!(config);
  const { kernels: found, unsupported } = kernels.detectKernels(graph, kernels.fusionRules("generic"));
  assert.deepEqual(
    found.map((kernel) => [kernel.type, kernel.config]),
    [["lrn", config]],
  );
  assert.deepEqual(unsupported, []);
  assert.equal(found[0]!.flops, 18 * 96 * 27 * 27);
  const features = kernels.extractFeatures("lrn", [config], "derived");
  assert.ok(features.every(Number.isFinite));
});

// ---- a transfer method: a target that is a multiple of one source is learned exactly ----

test("the transfer method of the page finds the like source and the ratio to it, within its budget", async () => {
  const type = kernels.createUserKernelType("block", ["hw", "cin"]);
  const candidates = Array.from({ length: 40 }, (_, i) => ({ hw: 1 + (i % 8), cin: 1 + Math.floor(i / 8) }));
  const lawful = (config: Record<string, number | string>) => 1 + Number(config.hw) * Number(config.cin);
  const source = (platform: string, law: typeof lawful) => ({
    platform,
    latencies: async (configs: readonly Record<string, number | string>[]) => Float64Array.from(configs, law),
  });
  const sources = [source("flat", (config) => 5 + 0.01 * Number(config.hw)), source("like", lawful)];
  let asked = 0;
  const adaptation = await method.adapt({
    kernels: [{ type, candidates, sources }],
    async measure(requests) {
      asked += requests.length;
      return requests.map(({ config }) => ({ status: "measured", latencyMs: 3 * lawful(config) }));
    },
    budget: 12,
    seed: 1,
  });
  assert.equal(asked, 12);
  const block = adaptation.kernels.get("block")!;
  assert.deepEqual(block.donors, ["like"]);
  for (const [i, { latencyMs }] of (await block.predict(candidates)).entries())
    assert.ok(Math.abs(latencyMs / (3 * lawful(candidates[i]!)) - 1) < 1e-9);
});
