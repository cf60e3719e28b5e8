// How long files and functions under src are, tests and generated files aside: by folder and in all.
// A function is one with a name (a declaration, a method, or what a constant or a property is set to); nested ones count
// in what they are in as well. Its lines go from its first word to its end, without the comment above.
// Usage: node scripts/sizes.mjs [--check] [--since REV]
//   --check  fails where a bound is missed
//   --since  also the lines that each folder had in that revision
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { SyntaxKind } from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";

const bounds = { fileLines: 300, functionMedian: 8, functionP90: 25, jobsLines: 2000 };
const generated = ["formats/onnx/onnx_pb.ts", "formats/tflite/schema.ts"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "src");

const declared = [
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
];
const isValue = (node) => node.kind === SyntaxKind.ArrowFunction || node.kind === SyntaxKind.FunctionExpression;
const named = [SyntaxKind.VariableDeclaration, SyntaxKind.PropertyAssignment, SyntaxKind.PropertyDeclaration];

/** The node that makes the name known, where `node` is a function with one and has a body. */
function namedBy(node) {
  if (declared.includes(node.kind)) return node.body === undefined ? undefined : node;
  return isValue(node) && named.includes(node.parent.kind) ? node.parent : undefined;
}

function functionsOf(file, path) {
  const { text } = file;
  const lineAt = (position) => text.slice(0, position).split("\n").length;
  const found = [];
  const visit = (node) => {
    const owner = namedBy(node);
    if (owner !== undefined) {
      const [first, last] = [lineAt(owner.getStart(file)), lineAt(owner.end)];
      found.push({ name: owner.name?.text ?? "constructor", at: `${path}:${first}`, lines: last - first + 1 });
    }
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

function read() {
  const api = new API({ cwd: root });
  const [project] = api.updateSnapshot({ openProjects: [join(root, "tsconfig.json")] }).getProjects();
  const paths = project.program.getSourceFileNames().filter((path) => path.startsWith(`${source}/`));
  const files = paths.sort().map((absolute) => {
    const path = relative(source, absolute);
    const lines = readFileSync(absolute, "utf8").split("\n").length - 1;
    const isTest = path.endsWith(".test.ts");
    const skipped = isTest || generated.includes(path);
    return {
      path,
      lines,
      isTest,
      functions: skipped ? [] : functionsOf(project.program.getSourceFile(absolute), path),
    };
  });
  api.close();
  return files.filter(({ path }) => !generated.includes(path));
}

/** The value that the share `q` of the values does not exceed. */
function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

function summary(name, files) {
  const lines = files.map((file) => file.lines);
  const functions = files.flatMap((file) => file.functions.map((one) => one.lines));
  return {
    name,
    files: files.length,
    lines: lines.reduce((sum, n) => sum + n, 0),
    fileMedian: quantile(lines, 0.5),
    fileMax: Math.max(...lines),
    functions: functions.length,
    functionMedian: quantile(functions, 0.5),
    functionP90: quantile(functions, 0.9),
  };
}

/** Lines of code by folder in a revision, counted alike. */
function linesIn(revision) {
  const git = (...words) => execFileSync("git", words, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 });
  const lines = new Map();
  // An empty pattern matches every line: REV:src/PATH:COUNT.
  for (const row of git("grep", "-c", "", revision, "--", "src").trim().split("\n")) {
    const [, path, count] = /:src\/(.*):(\d+)$/.exec(row);
    if (!path.endsWith(".ts") || path.endsWith(".test.ts") || generated.includes(path)) continue;
    const folder = folderOf({ path });
    lines.set(folder, (lines.get(folder) ?? 0) + Number(count));
  }
  return lines;
}

function showSince(revision, folders, total) {
  const before = linesIn(revision);
  const gone = [...before.keys()].filter((name) => !folders.some((folder) => folder.name === name));
  const rows = [...folders, ...gone.map((name) => ({ name, lines: 0 }))].map(({ name, lines }) => [
    name,
    { before: before.get(name) ?? 0, now: lines },
  ]);
  const all = { before: [...before.values()].reduce((sum, n) => sum + n, 0), now: total.lines };
  console.table(Object.fromEntries([...rows, ["all", all]]));
}

const files = read();
const code = files.filter((file) => !file.isTest);
const folderOf = ({ path }) => (path.includes("/") ? path.split("/")[0] : ".");
const folders = [...new Set(code.map(folderOf))].map((name) =>
  summary(
    name,
    code.filter((file) => folderOf(file) === name),
  ),
);
const total = summary("all", code);
const longest = code
  .flatMap((file) => file.functions)
  .sort((a, b) => b.lines - a.lines)
  .slice(0, 10);
const tooLong = files.filter((file) => file.lines > bounds.fileLines);

console.table(Object.fromEntries([...folders, total].map(({ name, ...row }) => [name, row])));
const since = process.argv.indexOf("--since");
if (since >= 0) showSince(process.argv[since + 1], folders, total);
console.log("longest functions:");
for (const { name, at, lines } of longest) console.log(`  ${lines}  ${name}  src/${at}`);

const jobs = folders.find(({ name }) => name === "jobs")?.lines ?? 0;
const missed = [
  ...tooLong.map(({ path, lines }) => `src/${path}: ${lines} lines, at most ${bounds.fileLines}`),
  ...(total.functionMedian > bounds.functionMedian ? [`the median function has ${total.functionMedian} lines`] : []),
  ...(total.functionP90 > bounds.functionP90 ? [`one function in ten has over ${bounds.functionP90} lines`] : []),
  ...(jobs > bounds.jobsLines ? [`src/jobs has ${jobs} lines, at most ${bounds.jobsLines}`] : []),
];
for (const line of missed) console.log(line);
if (process.argv.includes("--check") && missed.length > 0) process.exitCode = 1;
