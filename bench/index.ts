/**
 * Runs every benchmark of this folder, or those whose name contains an argument: `npm run bench -- training`. A benchmark is a
 * file whose default export yields results; its goals are the project's own. Speed is measured here and asserted nowhere.
 */
import { readdirSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Benchmark, BenchResult } from "./result.js";

const folder = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".js") && !["index.js", "result.js"].includes(file))
  .map((file) => file.slice(0, -3))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();

console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`);
for (const name of names) {
  console.log(`\n${name} (load ${loadavg()[0]!.toFixed(1)} at the start)`);
  const { default: run } = (await import(`./${name}.js`)) as { default: Benchmark };
  for await (const result of run()) console.log(format(result));
}

function format(result: BenchResult): string {
  if ("skipped" in result) return `  ${result.what}: skipped, ${result.skipped}`;
  const { what, value, unit, goal } = result;
  const line = `  ${what}: ${value.toPrecision(4)} ${unit}`;
  if (goal === undefined) return line;
  const met = goal.atLeast !== undefined ? value >= goal.atLeast : value <= goal.atMost!;
  const bound = goal.atLeast !== undefined ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
  return `${line} (${met ? "goal met" : "GOAL MISSED"}: ${bound})`;
}
