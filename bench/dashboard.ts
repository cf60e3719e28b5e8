/**
 * The page: bytes of script that the first view needs, and in a real browser how long it takes until a dropped model's totals stand on
 * every platform, until a kernel table of a large model does, and to lay out a graph of 4,000 boxes beside the page's own work.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { packagePath } from "../src/base/index.js";
import { listen } from "../src/server/index.js";
import { buildExampleModel } from "../src/spaces/index.js";
import { writeOnnx } from "../src/writers/index.js";
import { type Browser, noChromium, openBrowser } from "../test/browser/browser.js";
import type { BenchResult } from "./result.js";

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
  browser.page.setDefaultTimeout(120_000);
  try {
    yield* timings(browser, server.url, home);
  } finally {
    await browser.close();
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function* timings({ page }: Browser, url: string, home: string): AsyncGenerator<BenchResult> {
  await page.goto(url);
  await page.locator(".drop").waitFor();
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
  );
  yield { what: "first paint", value: paint / 1000, unit: "s", goal: { atMost: 1 } };
  // The pool is read while one looks for the file to drop.
  await page.waitForTimeout(5000);
  for (const [model, most] of [
    ["mobilenet-v2", 1],
    ["vit-tiny", 3],
  ] as const) {
    const file = join(home, `${model}.onnx`);
    writeFileSync(file, writeOnnx(buildExampleModel(model)));
    await page.goto(`${url}#/model`);
    await page.locator(".drop").waitFor();
    const started = performance.now();
    await page.setInputFiles("input[type=file]", file);
    await page.getByText("Usual error: median").waitFor();
    const value = (performance.now() - started) / 1000;
    yield { what: `${model} dropped → totals on all platforms`, value, unit: "s", goal: { atMost: most } };
  }
  const seconds = await page.evaluate<number>(layoutTiming);
  yield { what: `layout of ${boxes} boxes, in its worker`, value: seconds, unit: "s", goal: { atMost: 2 } };
}

/** A chain with a branch every fourth box, as residual networks have. */
const layoutTiming = `new Promise((resolve, reject) => {
  const boxes = Array.from({ length: ${boxes} }, (_, i) => ({ id: String(i), width: 180, height: 40 }));
  const edges = boxes.slice(1).map((_, i) => [String(i), String(i + 1)]);
  for (let i = 0; i + 4 < ${boxes}; i += 4) edges.push([String(i), String(i + 4)]);
  const worker = new Worker("layout-worker.js", { type: "module" });
  worker.onerror = ({ message }) => reject(new Error(message));
  const started = performance.now();
  worker.onmessage = ({ data }) => data.error ? reject(new Error(data.error.message)) : resolve((performance.now() - started) / 1000);
  worker.postMessage({ id: 1, method: "layout", args: [{ boxes, edges }] });
})`;
