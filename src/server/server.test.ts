import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { predictModels } from "../jobs/predict.js";
import { buildExampleModel } from "../spaces/index.js";
import { writeOnnx } from "../writers/index.js";
import { createApp } from "./app.js";
import { loopbackHosts } from "./guard.js";
import { type Measured, measuredName } from "./measured.js";
import type { Page } from "./page.js";
import { writeSite } from "./site.js";
import { createTaskList } from "./task-list.js";

const root = mkdtempSync(join(tmpdir(), "litepred-server-"));
after(() => rmSync(root, { recursive: true, force: true }));
const model = writeOnnx(buildExampleModel("mobilenet-v2"));
const file = join(root, "model.onnx");
writeFileSync(file, model);
const offers = { home: root, pools: [], models: [file] };
const page: Page = {
  files: ["index.html"],
  read: (path) => (path === "index.html" ? Buffer.from("<p>page</p>") : undefined),
};
const app = createApp({ offers, page, hosts: loopbackHosts, maxUploadBytes: 2 ** 25 });
const at = (path: string) => `http://127.0.0.1:4747${path}`;
const platform = "epyc-f25m1/cpu/litert@2.3.0/fp32";
const post = (path: string, body: Uint8Array<ArrayBuffer> | string = model as Uint8Array<ArrayBuffer>, of = app) =>
  of.request(at(path), { method: "POST", body, headers: { "content-type": "application/octet-stream" } });

test("the page, the pool and the models that were named are given; no other file is", async () => {
  assert.equal(await (await app.request(at("/"))).text(), "<p>page</p>");
  const platforms = (await (await app.request(at("/pool/index.json"))).json()) as { platform: string; file: string }[];
  const entry = platforms.find((candidate) => candidate.platform === platform)!;
  assert.ok(!entry.file.includes("/"));
  assert.equal((await app.request(at(`/pool/${encodeURIComponent(entry.file)}`))).status, 200);
  const measured = await app.request(at(`/pool/${encodeURIComponent(measuredName(entry.file))}`));
  const { kernels, repeats } = (await measured.json()) as Measured;
  // Each kernel was measured once there.
  assert.equal(repeats, undefined);
  const { fc } = kernels;
  assert.ok(fc!.rows.length > 10 && fc!.rows.every(({ length }) => length === fc!.fields.length + 1));
  const [offered] = (await (await app.request(at("/models/index.json"))).json()) as { file: string }[];
  assert.equal((await (await app.request(at(`/models/${offered!.file}`))).arrayBuffer()).byteLength, model.length);
  for (const path of [
    "/package.json",
    "/pool/..%2fpackage.json",
    "/pool/%2Fetc%2Fpasswd",
    "/models/0/..%2f..%2fpasswd",
    "/..%2f..%2fetc/passwd",
    "/models/1/model.onnx",
  ])
    assert.equal((await app.request(at(path))).status, 404, path);
});

test("a model that is sent is predicted as the command line does it", async () => {
  const response = await post(`/api/predict?platform=${platform}&name=model`);
  const [answer] = (await response.json()) as { latencyMs: number }[];
  const request = { home: root, pools: [], models: [file], platform, inputs: [], level: 0.9 };
  assert.equal(answer!.latencyMs, (await predictModels(request))[0]!.latencyMs);
});

test("kernels are listed", async () => {
  const { kernels } = (await (await post("/api/kernels?engine=litert")).json()) as { kernels: { type: string }[] };
  assert.ok(kernels.some(({ type }) => type === "conv-bn-relu"));
});

test("architectures are answered in their order; spaces are named, never read from a file", async () => {
  const ask = (body: object) =>
    app.request(at("/api/architectures"), {
      ...{ method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } },
    });
  const [small, large] = [2, 4].map((d) => ({
    ...{ r: 224, w: 1, d: Array(5).fill(d), ks: Array(20).fill(3), e: Array(20).fill(d === 2 ? 3 : 6) },
  }));
  const response = await ask({ platforms: [platform], architectures: [large, small] });
  assert.equal(response.status, 200);
  const [first, second] = (await response.json()) as { accuracy: number; platforms: { latencyMs: number }[] }[];
  assert.ok(first!.accuracy > second!.accuracy && first!.platforms[0]!.latencyMs > second!.platforms[0]!.latencyMs);
  const unknown = await ask({ platforms: [platform], space: "fbnet", architectures: [{}] });
  assert.equal(unknown.status, 400);
  for (const space of ["./examples/search/my-space.js", "nowhere"])
    assert.equal((await ask({ platforms: [platform], space, architectures: [small] })).status, 400);
  assert.equal((await ask({ platforms: ["a/cpu/b@1/fp32"], architectures: [small] })).status, 404);
});

test("faults of the caller say what to do", async () => {
  const json = { "content-type": "application/json" };
  const faults: [Response, number, RegExp][] = [
    [await post("/api/predict", "no model"), 400, /no model file/],
    [await post("/api/predict?platform=a/cpu/onnxruntime-node@1/fp32"), 404, /no predictor/],
    [await post("/api/predict?level=2"), 400, /level/],
    [await post("/api/predict?input=wrong"), 400, /shape/],
    [
      await post(
        "/api/predict",
        model as Uint8Array<ArrayBuffer>,
        createApp({ offers, page, hosts: [], maxUploadBytes: 1000 }),
      ),
      413,
      /larger/,
    ],
    [await app.request(at("/api/nothing")), 404, /there is no/],
    [await app.request(at("/api/jobs/search"), { method: "POST", body: "[[", headers: json }), 400, /JSON/],
    [await app.request(at("/api/jobs/1/events")), 404, /no such job/],
  ];
  for (const [response, status, message] of faults) {
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.match(text, message);
    assert.ok(!text.includes(root));
  }
});

test("another site is refused, and so is a name that was pointed here", async () => {
  const status = async (headers: Record<string, string>, url = at("/pool/index.json")) =>
    (await app.request(url, { headers })).status;
  assert.equal(await status({ origin: "https://elsewhere.example" }), 403);
  assert.equal(await status({ origin: "null" }), 403);
  assert.equal(await status({}, "http://elsewhere.example:4747/pool/index.json"), 403);
  assert.equal(await status({ origin: "http://127.0.0.1:4747" }), 200);
});

test("with a token only the page itself is given without it", async () => {
  const guarded = createApp({ offers, page, hosts: [], token: "secret", maxUploadBytes: 1000 });
  const status = async (path: string, headers = {}) =>
    (await guarded.request(`http://server.example${path}`, { headers })).status;
  assert.equal(await status("/"), 200);
  assert.equal(await status("/pool/index.json"), 401);
  assert.equal(await status("/api/platforms"), 401);
  assert.equal(await status("/api/platforms?token=secret"), 200);
  assert.equal(await status("/api/platforms", { authorization: "Bearer secret" }), 200);
});

test("the routes describe themselves", async () => {
  const { paths } = (await (await app.request(at("/api"))).json()) as { paths: Record<string, unknown> };
  assert.deepEqual(Object.keys(paths).sort(), [
    "/api/architectures",
    "/api/jobs",
    "/api/jobs/adapt",
    "/api/jobs/measure",
    "/api/jobs/search",
    "/api/jobs/{id}",
    "/api/jobs/{id}/events",
    "/api/kernels",
    "/api/platforms",
    "/api/predict",
  ]);
});

test("a job tells from its beginning, one runs at a time, and it can be cancelled", async () => {
  const tasks = createTaskList();
  const task = tasks.start("measure", "p", async (tell, signal) => {
    tell("stage", { label: "measuring", total: 1 });
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  });
  assert.throws(() => tasks.start("adapt", "p", async () => {}), /another job/);
  tasks.cancel(task.id);
  const told: string[] = [];
  for await (const { event } of tasks.events(task.id)!) told.push(event);
  assert.deepEqual(told, ["stage", "error", "end"]);
  assert.equal(tasks.list()[0]!.state, "cancelled");
  assert.equal(tasks.events("unknown"), undefined);
});

test("a failed job ends as events over HTTP", async () => {
  const started = await post("/api/jobs/measure?platform=elsewhere/cpu/onnxruntime-node@1/fp32");
  assert.equal(started.status, 202);
  const { id } = (await started.json()) as { id: string };
  const text = await (await app.request(at(`/api/jobs/${id}/events`))).text();
  assert.match(text, /event: error/);
  assert.match(text, /event: end\ndata: {"state":"failed"}/);
});

test("the site is the same as files, and overwrites nothing else", {
  skip: !existsSync("dist/page/index.html") && "the page is not built",
}, async () => {
  const folder = join(root, "site");
  const report = await writeSite(offers, folder);
  assert.ok(
    report.platforms > 0 &&
      existsSync(join(folder, "pool", "index.json")) &&
      existsSync(join(folder, "models", "0", "model.onnx")),
  );
  await writeSite(offers, folder);
  await assert.rejects(writeSite(offers, root), /not empty/);
});
