// Run by npm. Builds where there is no build or a source is newer: `npm ci` has just built, and `npm start` need not again.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const sources = ["src", "dashboard", "scripts", "bench", "examples", "test", "package-lock.json", "tsconfig.json"];
const builtAt = statSync("dist/bundle/main.js", { throwIfNoEntry: false })?.mtimeMs ?? 0;

const filesOf = (path) =>
  statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map((name) => join(path, name)) : [path];

if (sources.flatMap(filesOf).some((file) => statSync(file).mtimeMs > builtAt)) {
  const npm = process.env.npm_execpath;
  const { status } = spawnSync(process.execPath, [npm, "run", "--silent", "build"], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
