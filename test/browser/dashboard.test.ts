/** The page in a real browser: what it says is what the command line says. Needs the built page and a Chromium. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { packagePath } from "../../src/base/index.js";
import { type ModelReport, predictModels } from "../../src/jobs/predict.js";
import { type Listening, listen, writeSite } from "../../src/server/index.js";
import { hostileModel } from "../e2e/cli.js";
import { fixture } from "../fixtures/index.js";
import { type Browser, noChromium, openBrowser } from "./browser.js";

const skip = noChromium || (!existsSync(packagePath("dist", "page", "index.html")) && "the page is not built");
const root = mkdtempSync(join(tmpdir(), "litepred-page-"));
const file = join(root, "mobilenet_v2.onnx");
const other = join(root, "deit_tiny.onnx");
const offers = { home: root, pools: [], models: [other] };
const platform = "epyc-f25m1/cpu/litert@2.3.0/fp32";
/** Choice: this machine may be doing much else. */
const patience = 60_000;

let server: Listening;
let browser: Browser;
let expected: readonly ModelReport[];

before(async () => {
  if (skip) return;
  writeFileSync(file, fixture("mobilenet_v2.torchscript").model());
  writeFileSync(other, fixture("deit_tiny_patch16_224.dynamo").model());
  expected = await predictModels({ ...offers, models: [file], platform: "all", inputs: [], level: 0.9 });
  server = await listen({ ...offers, host: "127.0.0.1", port: 0, maxUploadBytes: 2 ** 28 });
  browser = await openBrowser();
  browser.page.setDefaultTimeout(patience);
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(root, { recursive: true, force: true });
});

const total = (report: ModelReport) => shown(report.latencyMs);
const shown = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const reportOf = (id: string) => expected.find((report) => report.platform === id)!;
const row = (id: string) => browser.page.locator(`tr[data-key="${id}"]`);

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const started = Date.now(); !(await holds()); await new Promise((resolve) => setTimeout(resolve, 50)))
    if (Date.now() - started > patience) assert.fail("it did not come to this in time");
}

test("a dropped file's totals are those of the command line, on every platform", { skip }, async () => {
  const { page } = browser;
  await page.goto(server.url);
  await page.setInputFiles("input[type=file]", file);
  await page
    .locator("tbody tr[data-key]")
    .nth(expected.length - 1)
    .waitFor();
  for (const report of expected)
    assert.equal(await row(report.platform).locator("td.number b").first().innerText(), total(report));
  const order = await page.locator(`[aria-label="predicted latency by platform"] td.number b`).allInnerTexts();
  assert.deepEqual(
    order.map(Number),
    order.map(Number).sort((a, b) => a - b),
  );
});

test("a platform is chosen, its kernels sorted, filtered and grouped", { skip }, async () => {
  const { page } = browser;
  await row(platform).click();
  await page
    .getByTestId("total")
    .filter({ hasText: `${total(reportOf(platform))} ms` })
    .waitFor();
  const kernels = page.getByRole("region", { name: "kernels" });
  await kernels.locator("tbody tr").first().waitFor();
  assert.equal(await kernels.locator("tbody tr").count(), reportOf(platform).kernels.length);
  await kernels.getByRole("button", { name: "type", exact: true }).click();
  assert.equal(await kernels.locator('th[aria-sort="ascending"]').innerText(), "type");
  await page.getByLabel("filter").fill("dwconv");
  const deep = reportOf(platform).kernels.filter(({ type }) => type === "dwconv-bn-relu").length;
  await until(async () => (await kernels.locator("tbody tr").count()) === deep);
  await page.getByLabel("filter").fill("");
  await page.getByLabel("group by").selectOption("type");
  await until(async () => (await kernels.locator("tbody tr").count()) < 12);
  await page.getByLabel("group by").selectOption("none");
});

test("a link to a view is the view, also for a file that was dropped", { skip }, async () => {
  const { page } = browser;
  await page.reload();
  await page
    .getByTestId("total")
    .filter({ hasText: `${total(reportOf(platform))} ms` })
    .waitFor();
});

test("blocks of the graph open, and a kernel leads to its row", { skip }, async () => {
  const { page } = browser;
  await page.getByRole("tab", { name: "Graph" }).click();
  const boxes = page.locator(".graph g[role=button]");
  await boxes.first().waitFor();
  const collapsed = await boxes.count();
  assert.ok(collapsed >= 8 && collapsed <= 60, `${collapsed} boxes`);
  await boxes.nth(3).click();
  await until(async () => (await boxes.count()) > collapsed);
  await page
    .locator(".graph")
    .getByRole("button", { name: /conv-bn-relu/ })
    .first()
    .press("Enter");
  await page.getByRole("button", { name: "see it in the table" }).click();
  await page.locator("[aria-label=kernels] tr.chosen").waitFor();
  await page.getByRole("tab", { name: "Graph" }).click();
  for (const [format, begin] of [
    ["PNG", "\x89PNG"],
    ["SVG", "<svg"],
  ] as const) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: `save as ${format}` }).click();
    assert.ok(readFileSync(await (await download).path(), "latin1").startsWith(begin));
  }
});

test("the roofline and the steps are drawn", { skip }, async () => {
  const { page } = browser;
  await page.getByRole("tab", { name: "Why slow" }).click();
  await page.locator(".chart canvas").nth(1).waitFor();
  assert.match((await page.locator('.chart[aria-label^="roofline"]').getAttribute("aria-label"))!, /bound by compute/);
  assert.match((await page.locator('.chart[aria-label^="latency"]').getAttribute("aria-label"))!, /measured points/);
});

test("a narrower layer makes the model faster, and can be taken back", { skip }, async () => {
  const { page } = browser;
  await page.getByRole("tab", { name: "What if" }).click();
  const width = page.getByLabel("width");
  await width.waitFor();
  await width.fill("8");
  await width.press("Enter");
  const changed = page.getByTestId("what-if-total");
  await changed.waitFor();
  assert.ok(Number.parseFloat(await changed.innerText()) < reportOf(platform).latencyMs);
  await page.getByRole("button", { name: /take back/ }).click();
  await page.getByText("Nothing is changed yet").waitFor();
});

test("another precision has the total of its own platform", { skip }, async () => {
  const { page } = browser;
  const other = reportOf(platform.replace("fp32", "int8"));
  await page.getByLabel("precision").selectOption(other.platform);
  await page
    .getByTestId("what-if-total")
    .filter({ hasText: `${total(other)} ms` })
    .waitFor();
  await page.getByRole("button", { name: "take back: precision" }).click();
  await page.getByText("Nothing is changed yet").waitFor();
});

test("another shape has another total, as the command line says", { skip }, async () => {
  const { page } = browser;
  const [report] = await predictModels({
    ...offers,
    models: [file],
    platform,
    inputs: ["input=1x3x128x128"],
    level: 0.9,
  });
  const shape = page.getByLabel("shape of input");
  await shape.fill("1x3x128x128");
  await shape.press("Enter");
  await page
    .getByTestId("total")
    .filter({ hasText: `${total(report!)} ms` })
    .waitFor();
});

test("models are compared on all platforms and side by side", { skip }, async () => {
  const { page } = browser;
  await page.goto(`${server.url}#/compare?ms=${encodeURIComponent("offer:0/deit_tiny.onnx")}`);
  await page.setInputFiles("input[type=file]", file);
  await page.locator("table.heat thead th").nth(2).waitFor();
  await page.getByRole("region", { name: "difference by kernel type" }).locator("tbody tr").first().waitFor();
});

test("a table is saved as a file", { skip }, async () => {
  const { page } = browser;
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "save as CSV" }).first().click();
  const path = await (await download).path();
  const lines = readFileSync(path, "utf8").split("\r\n");
  assert.equal(lines.length, expected.length + 1);
});

test("the pool says where predictors come from", { skip }, async () => {
  const { page } = browser;
  await page.goto(`${server.url}#/pool`);
  await page.locator("table.heat tbody td").first().waitFor();
  const divergences = await page.locator("table.heat tbody td").allInnerTexts();
  assert.ok(divergences.filter((text) => Number(text) > 0).length > divergences.length / 2, divergences.join(" "));
  assert.equal(
    await page.getByRole("region", { name: "platforms of the pool" }).locator("tbody tr").count(),
    expected.length,
  );
});

test("a job runs, tells what it does, and is cancelled", { skip }, async () => {
  const { page } = browser;
  await page.goto(`${server.url}#/live`);
  await page.getByLabel("minutes of measuring").fill("1");
  await page.getByRole("button", { name: "adapt" }).click();
  await page.getByRole("button", { name: "cancel" }).click();
  await page
    .locator("#follow-title")
    .filter({ hasText: /cancelled/ })
    .waitFor();
});

/** Serious and critical findings of axe, in both colours and on a phone. */
test("no view has serious faults for those who do not see or point", { skip }, async () => {
  const { page } = browser;
  const axe = readFileSync(packagePath("node_modules", "axe-core", "axe.min.js"), "utf8");
  const model = `m=${encodeURIComponent("offer:0/deit_tiny.onnx")}&p=${encodeURIComponent(platform)}`;
  const views = [
    ["#/model", ".drop"],
    ...["kernels", "graph", "why", "what-if"].map((tab) => [
      `#/model?${model}&tab=${tab}`,
      "#panel h3, #panel svg, #panel table",
    ]),
    [`#/compare?ms=${encodeURIComponent("offer:0/deit_tiny.onnx")}`, "table.heat"],
    ["#/pool", "table.heat"],
    ["#/live", "#jobs-title"],
  ] as const;
  for (const colours of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: colours });
    for (const [hash, ready] of views) {
      await page.goto(server.url + hash);
      await page.locator(ready!).first().waitFor();
      await page.evaluate(axe);
      const faults = await page.evaluate(async () => {
        const { violations } = await (
          globalThis as never as {
            axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
          }
        ).axe.run();
        return violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
      });
      assert.deepEqual(faults, [], `${hash} ${colours}`);
    }
  }
});

test("names in a model stay text", { skip }, async () => {
  const { page } = browser;
  const hostile = join(root, "hostile.onnx");
  writeFileSync(hostile, hostileModel());
  let dialogs = 0;
  page.on("dialog", (dialog) => {
    dialogs++;
    void dialog.dismiss();
  });
  await page.goto(`${server.url}#/model`);
  await page.setInputFiles("input[type=file]", hostile);
  await page.getByTestId("total").waitFor();
  for (const tab of ["Graph", "Why slow", "What if", "Kernels"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.locator("#panel h3, #panel svg, #panel table").first().waitFor();
  }
  assert.equal(await page.locator("#app script, #app img").count(), 0);
  assert.equal(dialogs, 0);
});

test("nothing is wider than a phone", { skip }, async () => {
  const { page } = browser;
  await page.setViewportSize({ width: 390, height: 800 });
  for (const hash of ["#/model", `#/model?m=${encodeURIComponent("offer:0/deit_tiny.onnx")}`, "#/pool", "#/live"]) {
    await page.goto(server.url + hash);
    await page.locator("h1").first().waitFor();
    const width = await page.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(width <= 390, `${hash}: ${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("the console is quiet", { skip }, () => assert.deepEqual(browser.errors, []));

test("the site does the same from a plain file server", { skip }, async () => {
  const { page } = browser;
  const folder = join(root, "site");
  await writeSite(offers, folder);
  const files = await serveFiles(folder);
  try {
    await page.goto(`http://127.0.0.1:${(files.address() as AddressInfo).port}/`);
    await page.setInputFiles("input[type=file]", file);
    await page
      .locator("tbody tr[data-key]")
      .nth(expected.length - 1)
      .waitFor();
    for (const report of expected)
      assert.equal(await row(report.platform).locator("td.number b").first().innerText(), total(report));
  } finally {
    files.closeAllConnections();
    files.close();
  }
});

async function serveFiles(folder: string): Promise<Server> {
  const types: Record<string, string> = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
  };
  const server = createServer(({ url }, response) => {
    const path = decodeURIComponent(new URL(url!, "http://localhost").pathname);
    const wanted = join(folder, path === "/" ? "index.html" : path);
    if (!statSync(wanted, { throwIfNoEntry: false })?.isFile()) response.writeHead(404).end();
    else
      response
        .writeHead(200, { "content-type": types[extname(wanted)] ?? "application/octet-stream" })
        .end(readFileSync(wanted));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
