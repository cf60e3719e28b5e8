/**
 * Enforces the layout: imports go only downwards, folders on one line do not see each other, outsiders use a folder's door, files
 * of a folder import each other in one direction, and engines are named in their own folder.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { packagePath } from "../src/base/index.js";
import { engineNames, phoneTools } from "../src/engines/index.js";

interface Import {
  /** Paths below src. */
  readonly file: string;
  readonly target: string;
}

/** The script that draws docs/architecture.svg reads the same. */
const { layout, source, sourceFiles, readImports, folderOf } = (await import(
  pathToFileURL(packagePath("scripts", "imports.mjs")).href
)) as {
  layout: readonly (readonly string[])[];
  source: string;
  sourceFiles(): string[];
  readImports(): Import[];
  folderOf(path: string): string;
};

const files = sourceFiles();
const imports = readImports();
const isTest = (file: string) => file.endsWith(".test.ts");
const lineOf = (folder: string) => layout.findIndex((line) => line.includes(folder));
const textOf = (file: string) => readFileSync(join(source, file), "utf8");
const folders = [...new Set(files.filter((file) => file.includes("/")).map(folderOf))];

/** Folders without a door of their own, and why. */
const doorless: Readonly<Record<string, string>> = {
  jobs: "each file is one verb; a door would load all of them for one, and commands start in a tenth of a second",
  experiments: "one folder a table of the evaluation, loaded one at a time as jobs are",
  cli: "nothing in src imports it; bin/ does, by main.ts",
  formats: "codecs that share nothing: each folder in it has a door",
};

test("every folder stands on a line of the layout", () => {
  assert.deepEqual(
    folders.filter((folder) => lineOf(folder) < 0),
    [],
  );
});

test("imports go only downwards", () => {
  const wrong = imports.filter(({ file, target }) => {
    // A test may use the kits in test/.
    if (target.startsWith("..") && isTest(file)) return false;
    if (!file.includes("/") || folderOf(file) === folderOf(target)) return false;
    return lineOf(folderOf(target)) <= lineOf(folderOf(file));
  });
  assert.deepEqual(wrong, []);
});

test("outsiders come in by the folder's door", () => {
  const wrong = imports.filter(({ file, target }) => {
    if (isTest(file) || folderOf(file) === folderOf(target)) return false;
    if (folderOf(target) === "formats") return !/^formats\/[^/]+\/index\.ts$/.test(target);
    return !(folderOf(target) in doorless) && !/^[^/]+\/index\.ts$/.test(target);
  });
  assert.deepEqual(wrong, []);
});

test("every folder has a door, or a reason to have none", () => {
  const without = folders.filter((folder) => !files.includes(`${folder}/index.ts`));
  assert.deepEqual(without.sort(), Object.keys(doorless).sort());
});

test("every door opens with what comes in and what goes out", () => {
  const wrong = files.filter((file) => /^[^/]+\/(.*\/)?index\.ts$/.test(file) && !textOf(file).startsWith("/**"));
  assert.deepEqual(wrong, []);
});

/** Types count: two files that need each other's types are one idea, or a third file's. */
test("no circle of imports inside a folder", () => {
  const within = new Map<string, string[]>();
  for (const { file, target } of imports)
    if (!isTest(file) && folderOf(file) === folderOf(target)) within.set(file, [...(within.get(file) ?? []), target]);
  assert.deepEqual(circlesOf(within), []);
});

test("the check of circles finds them", () => {
  const edges = { a: ["b"], b: ["c", "d"], c: ["a"], d: [] };
  assert.deepEqual(circlesOf(new Map(Object.entries(edges))), ["a → b → c → a"]);
});

/** One line for each import that closes a circle. */
function circlesOf(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const since = path.indexOf(file);
    if (since >= 0) circles.push([...path.slice(since), file].join(" → "));
    if (since >= 0 || done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return circles;
}

/** Names of model formats too, which some engines share: readers, writers and codecs speak of formats. */
const formatFolders = ["readers", "writers", "formats"];

/**
 * Files outside engines/ that name an engine, and why. It may only shrink: a new name belongs into an engine's description
 * or into data/.
 */
const namesAnEngine: Readonly<Record<string, string>> = {
  "runtime/onnx-runtime.ts": "the module that learning and prediction run on; no engine that is measured",
  "cli/commands/command.ts": "the default platform, known before engines are loaded",
  "cli/commands/kernels.ts": "the default of --engine, known before engines are loaded",
  "cli/commands/sample.ts": "the default of --engine, known before engines are loaded",
  "jobs/start.ts": "the platform that `npm start` measures",
  "experiments/distribution/space-configs.ts": "the rules that the published spaces are counted with",
  "experiments/engines/plan.ts": "the engine that others are set beside",
  "experiments/transfer/plan.ts": "which engines are of one family: belongs into their descriptions",
};

test("engines are named in engines/ and in data alone", () => {
  const names = new Set([...engineNames, ...phoneTools.map(({ engine }) => engine), ...rulesNames()]);
  const name = new RegExp(`(?<![a-z0-9.-])(${[...names].join("|")})(?![a-z0-9-])`);
  const found = files.filter((file) => {
    if (isTest(file) || ["engines", ...formatFolders].includes(folderOf(file))) return false;
    return wordsOf(textOf(file)).some((word) => name.test(word));
  });
  assert.deepEqual(found.sort(), Object.keys(namesAnEngine).sort());
});

const rulesNames = () =>
  readdirSync(packagePath("data", "fusion-rules"))
    .map((file) => file.replace(".json", ""))
    .filter((rules) => rules !== "generic");

/** String literals of one word, those of imports and what comments quote left out: a name in a sentence decides nothing. */
function wordsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^(import|export) [^;"]*from "[^"]*";$/gm, "");
  return [...code.matchAll(/"([^"\s]*)"|`([^`\s]*)`/g)].map((match) => match[1] ?? match[2]!);
}

test("the picture and the table of docs/architecture.md are those of the code", () => {
  const script = packagePath("scripts", "architecture-picture.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

test("files, functions and jobs keep within their bounds", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [packagePath("scripts", "sizes.mjs"), "--check"], {
    encoding: "utf8",
  });
  assert.equal(status, 0, `${stdout.slice(stdout.indexOf("longest functions"))}${stderr}`);
});

/** `name` or `name`, `name` (`folder/file.ts`): the functions that the walks of the page name are in those files. */
test("files and functions that docs/architecture.md names exist", () => {
  const page = readFileSync(packagePath("docs", "architecture.md"), "utf8").replace(/\s+/g, " ");
  const paths = [...page.matchAll(/`([a-z-]+\/[a-z/-]+\.ts)`/g)].map((match) => match[1]!);
  assert.ok(paths.length > 20);
  assert.deepEqual(
    paths.filter((path) => !files.includes(path)),
    [],
  );
  const named = [...page.matchAll(/`(\w+)` \(`([a-z-]+\/[a-z/-]+\.ts)`\)|\(`(\w+)`, `([a-z-]+\/[a-z/-]+\.ts)`/g)];
  assert.ok(named.length > 15);
  const missing = named.filter(([, a, fileOfA, b, fileOfB]) => {
    const name = new RegExp(`\\b(function\\*?|const) ${a ?? b}\\b|\\b${a ?? b}\\(`);
    return !name.test(textOf(fileOfA ?? fileOfB!));
  });
  assert.deepEqual(
    missing.map(([text]) => text),
    [],
  );
});
