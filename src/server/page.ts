/** The built page: its files are read by name from a list made once, so that no request can name another file. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { LitepredError, packagePath } from "../base/index.js";

export interface Page {
  /** Paths relative to the page's root. */
  readonly files: readonly string[];
  /** Undefined for a path that is not in the list. */
  read(path: string): Uint8Array | undefined;
}

/** @throws LitepredError `unreadable-file` where the page was not built. */
export function openPage(folder = packagePath("dist", "page")): Page {
  if (!existsSync(join(folder, "index.html")))
    throw new LitepredError("unreadable-file", "the page is not built", "run npm run build");
  const files = readdirSync(folder, { recursive: true })
    .map((path) => String(path).replaceAll("\\", "/"))
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
  const known = new Set(files);
  return { files, read: (path) => (known.has(path) ? readFileSync(join(folder, path)) : undefined) };
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

export const contentType = (path: string): string => types[extname(path)] ?? "application/octet-stream";
