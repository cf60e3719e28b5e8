// The folders of src, line by line, and who imports whom: what test/architecture.test.ts checks and what
// scripts/architecture-picture.mjs draws. Tests are left out of the picture, not of the check.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const source = fileURLToPath(new URL("../src", import.meta.url));

/** Top line first: a folder imports from lines below its own. docs/adr/0004 says where this departs from the first plan. */
export const layout = [
  ["cli"],
  ["server"],
  ["experiments"],
  ["jobs"],
  ["adapting", "gate", "searching"],
  ["measuring"],
  ["workspace"],
  ["evaluation", "search", "pool", "reports"],
  ["transfer", "baselines", "analysis"],
  ["accuracy", "predictors", "sampling", "profiling", "fusion"],
  ["engines"],
  ["measurements", "spaces"],
  ["readers", "writers", "kernels"],
  ["graph", "platforms", "learning", "runtime"],
  ["formats"],
  ["base"],
];

/** Paths below src. */
export const sourceFiles = () =>
  readdirSync(source, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".ts"))
    .sort();

export const folderOf = (path) => path.split("/")[0];

/** Every import between files here, `import()` and types included: {file, target}, paths below src, `.ts` both. */
export const readImports = () =>
  sourceFiles().flatMap((file) => {
    const text = readFileSync(join(source, file), "utf8");
    return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)\.js"/g)].map((match) => ({
      file,
      target: `${relative(source, join(source, dirname(file), match[1]))}.ts`,
    }));
  });
