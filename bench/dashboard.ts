/**
 * The page: bytes of script that the first view needs, and in a real browser how long it takes until a dropped model's totals stand on
 * every platform, and until a graph of thousands of boxes does; and how long the page's own thread was kept from answering meanwhile.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { packagePath } from "../src/base/index.js";
import type { Graph } from "../src/graph/index.js";
import { listen } from "../src/server/index.js";
import { buildExampleModel } from "../src/spaces/index.js";
import { writeOnnx } from "../src/writers/index.js";
import { type Browser, noChromium, openBrowser } from "../test/browser/browser.js";
import type { BenchResult } from "./result.js";
import { buildTransformer } from "./transformer.js";

const built = packagePath("dist", "page");
const boxes = 4000;

export default async function* run(): AsyncGenerator<BenchResult> {
  const first = ["app.js", "engine-worker.js", "layout-worker.js"].flatMap((entry) => withImports(entry));
  yield { what: "script of the first view, gzipped", value: kilobytes(first), unit: "kB", goal: { atMost: 600 } };
  yield { what: "all scripts of the page, gzipped", value: kilobytes(scripts()), unit: "kB" };
  if (noChromium) yield { what: "times in a browser", skipped: noChromium };
  else yield* inBrowser();
}

const scripts = () =>
  readdirSync(built, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".js"));

const kilobytes = (files: readonly string[]) =>
  [...new Set(files)].reduce((sum, file) => sum + gzipSync(readFileSync(join(built, file))).length, 0) / 1000;

/** A script and those that it imports at once, not those that it loads later. */
function withImports(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(join(built, file), "utf8");
  const imported = [...text.matchAll(/(?:from|import)"(\.[^"]+)"/g)].map((match) => join(dirname(file), match[1]!));
  return [file, ...imported.flatMap((path) => withImports(path, seen))];
}

async function* inBrowser(): AsyncGenerator<BenchResult> {
  const home = mkdtempSync(join(tmpdir(), "litepred-bench-page-"));
  const server = await listen({ home, pools: [], models: [], host: "127.0.0.1", port: 0, maxUploadBytes: 1 });
  const browser = await openBrowser();
  browser.page.setDefaultTimeout(30_000);
  try {
    yield* timings(browser, server.url, home);
  } finally {
    await browser.close();
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function* timings({ page }: Browser, url: string, home: string): AsyncGenerator<BenchResult> {
  await page.addInitScript(watchLongTasks);
  await page.goto(url);
  await page.locator(".drop").waitFor();
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
  );
  yield { what: "first paint", value: paint / 1000, unit: "s", goal: { atMost: 1 } };
  // The pool is read while one looks for the file to drop.
  await page.waitForTimeout(5000);
  const drop = async (what: string, graph: Graph) => {
    const file = join(home, `${what.replaceAll(/\W/g, "-")}.onnx`);
    writeFileSync(file, writeOnnx(graph));
    await page.goto(`${url}#/model`);
    await page.locator(".drop").waitFor();
    const started = performance.now();
    await page.setInputFiles("input[type=file]", file);
    await page.getByText("Usual error: median").waitFor();
    return (performance.now() - started) / 1000;
  };
  for (const [what, graph, atMost] of [
    ["mobilenet-v2", buildExampleModel("mobilenet-v2"), 1],
    ["transformer of 1,000 kernels", buildTransformer({ layers: 34, width: 192, tokens: 64 }), 3],
  ] as const) {
    const value = await drop(what, graph);
    yield { what: `${what} dropped → totals on all platforms`, value, unit: "s", goal: { atMost } };
  }
  await drop("large", buildTransformer({ layers: 200, width: 64, tokens: 32 }));
  yield* graphTimings(page);
  for (const [name, graph] of Object.entries(graphs)) {
    const value = await page.evaluate<number>(layoutTiming(graph));
    yield { what: `layout of ${boxes} boxes in its worker, ${name}`, value, unit: "s", goal: { atMost: 2 } };
  }
}

/** Tasks of the page's own thread, of which none may keep it from answering. */
const watchLongTasks = `globalThis.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });`;

async function* graphTimings(page: Browser["page"]): AsyncGenerator<BenchResult> {
  await page.getByRole("tab", { name: "Graph" }).click();
  await page.locator(".graph g[role=button]").first().waitFor();
  await page.evaluate("longTasks.length = 0");
  const started = performance.now();
  await page.locator("label.field", { hasText: "shown" }).locator("select").selectOption("*");
  await page.locator('.graph g[role=button] title:has-text("layernorm")').first().waitFor({ state: "attached" });
  const value = (performance.now() - started) / 1000;
  const label = await page.locator(".graph svg").getAttribute("aria-label");
  yield { what: `every kernel of a transformer as a graph, ${label}`, value, unit: "s", goal: { atMost: 2 } };
  await page.evaluate("document.querySelector('.graph').scrollTo(0, 50000)");
  await page.waitForTimeout(500);
  const longest = await page.evaluate<number>("Math.max(0, ...longTasks)");
  yield { what: "longest task of the page meanwhile", value: longest, unit: "ms", goal: { atMost: 200 } };
}

const chain = Array.from({ length: boxes - 1 }, (_, i) => [i, i + 1]);

/** Networks of several kinds as pairs of numbers of boxes, each box of another width, so that no part is like another. */
const graphs: Readonly<Record<string, readonly (readonly number[])[]>> = {
  residual: [...chain, ...chain.filter(([i]) => i! % 4 === 0 && i! + 4 < boxes).map(([i]) => [i!, i! + 4])],
  "dense connections": [...chain, ...chain.flatMap(([i]) => [2, 5, 9].map((d) => [i!, Math.min(boxes - 1, i! + d)]))],
  "long skips": [
    ...chain,
    ...chain.filter(([i]) => i! % 10 === 0 && i! < boxes / 2).map(([i]) => [i!, boxes - 1 - i!]),
  ],
  "no order": chain.flatMap(([i]) => [1, 2].map((k) => [(i! * 7919 * k) % (i! + 1), i! + 1])),
};

const layoutTiming = (edges: readonly (readonly number[])[]) => `new Promise((resolve, reject) => {
  const boxes = Array.from({ length: ${boxes} }, (_, i) => ({ id: String(i), width: 120 + (i * 37) % 101, height: 40 }));
  const edges = ${JSON.stringify(edges)}.map((pair) => pair.map(String));
  const worker = new Worker("layout-worker.js", { type: "module" });
  worker.onerror = ({ message }) => reject(new Error(message));
  const started = performance.now();
  worker.onmessage = ({ data }) => data.error ? reject(new Error(data.error.message)) : resolve((performance.now() - started) / 1000);
  worker.postMessage({ id: 1, method: "layout", args: [{ boxes, edges }] });
})`;
