/** Enforces the layout: imports go only downwards, folders on one line do not see each other, outsiders use a folder's door. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { packagePath } from "../src/base/index.js";

/** Top line first; docs/adr says where this departs from the first plan and why. */
const layers = [
  ["cli", "server"],
  ["experiments"],
  ["jobs"],
  ["evaluation", "search", "pool"],
  ["transfer", "baselines"],
  ["predictors", "sampling", "profiling", "fusion"],
  ["engines"],
  ["measurements", "spaces"],
  ["readers", "writers", "kernels"],
  ["graph", "platforms", "learning", "runtime"],
  ["formats"],
  ["base"],
];

const source = packagePath("src");
const files = readdirSync(source, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".ts"));

interface Import {
  readonly file: string;
  /** Path below src of what is imported. */
  readonly target: string;
}

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) => ({
    file,
    target: relative(source, join(source, dirname(file), match[1]!)),
  }));
});

const folderOf = (path: string) => path.split("/")[0]!;
const layerOf = (folder: string) => layers.findIndex((layer) => layer.includes(folder));

test("every folder stands on a line of the layout", () => {
  const unknown = files.filter((file) => file.includes("/") && layerOf(folderOf(file)) < 0);
  assert.deepEqual(unknown, []);
});

test("imports go only downwards", () => {
  const wrong = imports.filter(({ file, target }) => {
    // A test may use the kits in test/.
    if (target.startsWith("..") && file.endsWith(".test.ts")) return false;
    if (!file.includes("/") || folderOf(file) === folderOf(target)) return false;
    return layerOf(folderOf(target)) <= layerOf(folderOf(file));
  });
  assert.deepEqual(wrong, []);
});

test("outsiders come in by the folder's door", () => {
  const wrong = imports.filter(({ file, target }) => {
    if (folderOf(file) === folderOf(target) || ["jobs", "experiments", "formats", "cli"].includes(folderOf(target)))
      return false;
    return !/^[^/]+\/index\.js$/.test(target) && !file.endsWith(".test.ts");
  });
  assert.deepEqual(wrong, []);
});

test("every door opens with what comes in and what goes out", () => {
  const folders = [...new Set(files.filter((file) => file.includes("/")).map(folderOf))];
  const doorless = ["jobs", "experiments", "cli", "formats"];
  const wrong = folders.filter((folder) => {
    if (doorless.includes(folder)) return false;
    return !readFileSync(join(source, folder, "index.ts"), "utf8").startsWith("/**");
  });
  assert.deepEqual(wrong, []);
});

/** Product files import each other in one direction, inside a folder too. */
test("no circle of imports inside a folder", () => {
  const isProduct = (file: string) => !file.endsWith(".test.ts");
  const within = new Map<string, string[]>();
  for (const { file, target } of imports) {
    const path = target.replace(/\.js$/, ".ts");
    if (!isProduct(file) || folderOf(file) !== folderOf(path)) continue;
    within.set(file, [...(within.get(file) ?? []), path]);
  }
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      return;
    }
    state.set(file, "open");
    for (const next of within.get(file) ?? []) visit(next, [...path, file]);
    state.set(file, "done");
  };
  for (const file of within.keys()) visit(file, []);
  assert.deepEqual(circles, []);
});
