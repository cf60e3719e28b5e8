/**
 * Serves an engine's page to Chromium on this machine: the agents, the packages in the engine's folder, and the models that
 * it was told of, below a path that nobody else knows.
 */
import { randomBytes } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";
import { packagePath } from "../base/index.js";

export interface EngineServer {
  /** Address of the page. */
  readonly page: string;
  /** Path, relative to the agents, that a model file can be had at from now on. */
  addModel(file: string): string;
  close(): void;
}

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Give the page threads (shared memory) and a clock of 5 µs instead of 100. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** @param modules what a page imports by name: file below node_modules, by name */
export async function serveEngine(folder: string, modules: Readonly<Record<string, string>>): Promise<EngineServer> {
  const token = randomBytes(16).toString("hex");
  const roots: Readonly<Record<string, string>> = {
    agents: packagePath("agents", "browser"),
    modules: resolve(folder, "node_modules"),
  };
  const models: string[] = [];
  const imports = Object.fromEntries(
    Object.entries(modules).map(([name, file]) => [name, `/${token}/modules/${file}`]),
  );
  const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="agents/page.mjs"></script>`;

  /** File of a request's path; undefined where there is none, or none that may be had. */
  function fileOf(path: string): string | undefined {
    if (!path.startsWith(`/${token}/`)) return undefined;
    const [root = "", ...rest] = path.split("/").slice(2).map(decodeURIComponent);
    if (root === "models") return models[Number(rest[0])];
    const base = Object.hasOwn(roots, root) ? roots[root]! : undefined;
    const file = base && resolve(base, ...rest);
    return file?.startsWith(`${base}${sep}`) ? file : undefined;
  }

  function answer(url: string, response: ServerResponse): void {
    const { pathname } = new URL(url, "http://localhost");
    if (pathname === `/${token}/`) {
      response.writeHead(200, { ...isolation, "Content-Type": "text/html; charset=utf-8" }).end(page);
      return;
    }
    const file = fileOf(pathname);
    if (file === undefined || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404, isolation).end();
      return;
    }
    const type = types[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { ...isolation, "Content-Type": type, "Cache-Control": "no-store" });
    createReadStream(file)
      .on("error", () => response.destroy())
      .pipe(response);
  }

  const server = createServer((request, response) => answer(request.url ?? "/", response));
  await new Promise<void>((listening, failed) => server.once("error", failed).listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    page: `http://127.0.0.1:${port}/${token}/`,
    addModel: (file) => join("..", "models", String(models.push(file) - 1)).replaceAll(sep, "/"),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
