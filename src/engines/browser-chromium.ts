/**
 * Runs an agent of agents/browser in a page of headless Chromium, driven by playwright-core from the engine's own folder.
 * The page is served from a loopback address with the headers that give it threads and a clock of 5 µs.
 * Chromium ends with this process, however that ends: it listens on a pipe that then closes.
 */
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { loadAgent, type OpenedAgent } from "./browser-node.js";
import { serveEngine } from "./browser-server.js";
import type { WireRequest } from "./process/wire.js";

/** What is used of playwright-core. */
interface Page {
  on(event: "crash", listener: () => void): void;
  goto(url: string): Promise<unknown>;
  evaluate<T>(work: string): Promise<T>;
}
interface Browser {
  version(): string;
  newPage(): Promise<Page>;
  on(event: "disconnected", listener: () => void): void;
  close(): Promise<void>;
}
interface Playwright {
  readonly chromium: { launch(options: object): Promise<Browser> };
}

/** Evaluated in the page; "" where there is no adapter. */
const adapterName = `(async () => {
  const info = (await navigator.gpu?.requestAdapter())?.info;
  if (!info) return "";
  const name = [info.vendor, info.architecture, info.description].filter((part) => part !== "").join(" ");
  return name + (info.isFallbackAdapter ? " (software: computed by the CPU)" : "");
})()`;

/** WebGPU is not on by default on Linux. */
const hardware = ["--enable-unsafe-webgpu", "--enable-features=Vulkan"];
/** The CPU computes what a graphics processor should. */
const software = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

export async function openInChromium(agent: string, folder: string, executable: string): Promise<OpenedAgent> {
  const { modules } = await loadAgent(agent);
  const server = await serveEngine(folder, modules);
  let opened: Awaited<ReturnType<typeof openPage>> | undefined;

  /** Chromium starts with the first request: only then it is known which processor is wanted. */
  async function pageFor(gpu: boolean): Promise<Page> {
    if (opened) return opened.page;
    opened = await openPage({ folder, executable, url: server.page }, gpu);
    await opened.page.evaluate(`openAgent(${JSON.stringify(agent)}, ${JSON.stringify(opened.description)})`);
    return opened.page;
  }

  return {
    async answer(request) {
      const settings = "settings" in request ? request.settings : undefined;
      const page = await pageFor(settings?.processor === "gpu");
      const sent: WireRequest = "model" in request ? { ...request, model: server.addModel(request.model) } : request;
      return page.evaluate<object>(`answer(${JSON.stringify(sent)})`);
    },
    async close() {
      await opened?.close();
      server.close();
    },
  };
}

interface Place {
  /** Where playwright-core is installed. */
  readonly folder: string;
  readonly executable: string;
  readonly url: string;
}

interface OpenedPage {
  readonly page: Page;
  readonly version: string;
  close(): Promise<void>;
}

/** With a graphics processor, or what stands in for one; what it is said to be. */
async function openPage(place: Place, gpu: boolean): Promise<OpenedPage & { readonly description: string }> {
  const chromium = (opened: OpenedPage) => `Chromium ${opened.version}`;
  const first = await launch(place, gpu ? hardware : []);
  if (!gpu) return { ...first, description: chromium(first) };
  const adapter = await first.page.evaluate<string>(adapterName);
  if (adapter !== "") return { ...first, description: `${chromium(first)}, WebGPU on ${adapter}` };
  await first.close();
  const second = await launch(place, software);
  const standIn = (await second.page.evaluate<string>(adapterName)) || "no adapter";
  return { ...second, description: `${chromium(second)}, WebGPU on ${standIn}` };
}

/** This process ends with Chromium, unless it was closed from here. */
async function launch({ folder, executable, url }: Place, args: readonly string[]): Promise<OpenedPage> {
  const require = createRequire(join(resolve(folder), "engine.js"));
  const { chromium } = require("playwright-core") as Playwright;
  const browser = await chromium.launch({
    executablePath: executable,
    headless: true,
    // Chromium's sandbox refuses to run as root; the page is ours.
    chromiumSandbox: process.getuid?.() !== 0,
    args,
  });
  let closing = false;
  const fail = (what: string) => () => {
    if (closing) return;
    process.stderr.write(`${what}\n`);
    process.exit(1);
  };
  browser.on("disconnected", fail("Chromium ended"));
  const page = await browser.newPage();
  page.on("crash", fail("the page crashed"));
  await page.goto(url);
  return {
    page,
    version: browser.version(),
    async close() {
      closing = true;
      await browser.close();
    },
  };
}
