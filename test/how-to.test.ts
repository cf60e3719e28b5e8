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
import { InferenceSession, Tensor } from "onnxruntime-node";
import { packagePath } from "../src/base/index.js";
import type { KernelConfig } from "../src/kernels/index.js";
import type { AdaptationTask, Source } from "../src/transfer/index.js";

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

test("every valid config of the page's kernel type runs on ONNX Runtime", async () => {
  for (const window of [1, 2, 3, 8]) {
    const config = kernels.projectConfig("lrn", { c: 12, h: 5, w: 4, window });
    const session = await InferenceSession.create(writeOnnx(kernels.kernelTypeOf("lrn").graph!(config)));
    const { [session.outputNames[0]!]: output } = await session.run({
      [session.inputNames[0]!]: new Tensor("float32", new Float32Array(240).fill(1), [1, 12, 5, 4]),
    });
    assert.deepEqual(output!.dims, [1, 12, 5, 4]);
  }
});

// ---- a transfer method: its kit, and a target that is a multiple of one source is learned exactly ----

const type = kernels.createUserKernelType("block", ["hw", "cin"]);
const other = kernels.createUserKernelType("stem", ["hw", "cin"]);
const candidates = Array.from({ length: 40 }, (_, i) => ({ hw: 1 + (i % 8), cin: 1 + Math.floor(i / 8) }));
const law = (config: KernelConfig) => 1 + Number(config.hw) * Number(config.cin);
const source = (platform: string, of: typeof law): Source => ({
  platform,
  latencies: async (configs) => Float64Array.from(configs, of),
});
const sources = [source("flat", (config) => 5 + 0.01 * Number(config.hw)), source("like", law)];
const task: AdaptationTask = {
  kernels: [type, other].map((one) => ({ type: one, candidates, sources })),
  measure: async (requests) => requests.map(({ config }) => ({ status: "measured", latencyMs: 3 * law(config) })),
  budget: 24,
  seed: 1,
};
kits.transferMethodContract(method, task);

test("the transfer method of the page finds the like source and the ratio to it", async () => {
  const block = (await method.adapt(task)).kernels.get("block")!;
  assert.deepEqual(block.donors, ["like"]);
  for (const [i, { latencyMs }] of (await block.predict(candidates)).entries())
    assert.ok(Math.abs(latencyMs / (3 * law(candidates[i]!)) - 1) < 1e-9);
});
