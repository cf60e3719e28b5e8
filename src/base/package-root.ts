import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let root: string | undefined;

/** Absolute path of something that ships with the package (`data/…`, `pool/…`, `agents/…`), wherever the code was built to. */
export function packagePath(...parts: string[]): string {
  if (root === undefined) {
    root = dirname(fileURLToPath(import.meta.url));
    while (!existsSync(join(root, "package.json"))) root = dirname(root);
  }
  return join(root, ...parts);
}

/** Version of litepred. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as { version: string }).version;
