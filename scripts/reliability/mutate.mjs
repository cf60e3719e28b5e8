// Damages model files and sends them through reader, detector and predictor (needs a build).
// Usage: node scripts/reliability/mutate.mjs [--count 10000] [--seed 1] [--models DIR] [--keep] [--limit-mb 512]
// --models: more sound models to start from. --keep: files that lead somewhere new are added to test/fixtures/corpus.jsonl.
// Prints one JSON document; exit code 1 for an untyped error, a file that takes over a second of CPU time, or too much memory.
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    models: { type: "string" },
    keep: { type: "boolean", default: false },
    "limit-mb": { type: "string", default: "512" },
    from: { type: "string" },
  },
});
const dist = (path) => new URL(`../../dist/${path}`, import.meta.url).href;
const hangMs = 1000;
/** Larger files are not kept: the corpus is in the repository. */
const keptBytes = 6000;

if (values.from !== undefined) await work(Number(values.from));
else process.exitCode = await supervise();

/** Starts the worker, and again where a file has hung or killed it. */
async function supervise() {
  const total = Number(values.count);
  const report = {
    files: 0,
    predicted: 0,
    refused: 0,
    untyped: [],
    slow: [],
    hung: [],
    kept: 0,
    maxMs: 0,
    maxRssMb: 0,
  };
  const outcomes = new Set();
  for (let next = 0; next < total; ) {
    const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2), "--from", String(next)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let timer;
    const wait = (limitMs = 60_000) => {
      clearTimeout(timer);
      timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
    };
    // Making the seeds takes long on a busy machine, and is no hang.
    wait(600_000);
    for await (const line of createInterface({ input: child.stdout })) {
      wait();
      const { index, outcome, ms, rssMb, error, kept } = JSON.parse(line);
      next = index + 1;
      report.files++;
      report.maxMs = Math.max(report.maxMs, ms);
      report.maxRssMb = Math.max(report.maxRssMb, rssMb);
      if (error !== undefined) report.untyped.push({ index, error });
      else if (outcome.startsWith("ok")) report.predicted++;
      else report.refused++;
      if (ms > hangMs) report.slow.push({ index, ms, outcome });
      if (outcome !== undefined) outcomes.add(outcome);
      if (kept) report.kept++;
    }
    clearTimeout(timer);
    if (next < total) report.hung.push(next++);
  }
  report.outcomes = outcomes.size;
  report.seed = values.seed;
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  const isSound = report.untyped.length + report.slow.length + report.hung.length === 0;
  return isSound && report.maxRssMb < Number(values["limit-mb"]) ? 0 : 1;
}

async function work(from) {
  const [{ createRandom }, { damage }, { loadPredictors, probe }, { seedModels }, corpus] = await Promise.all([
    import(dist("src/base/index.js")),
    import(dist("test/reliability/damage.js")),
    import(dist("test/reliability/probe.js")),
    import(dist("test/reliability/seeds.js")),
    import(dist("test/reliability/corpus.js")),
  ]);
  const known = corpus.readCorpus();
  const seeds = [...seedModels(), ...moreModels(), ...known.map(({ bytes }) => bytes)].filter(
    ({ length }) => length > 0,
  );
  const outcomes = new Set(known.map(({ outcome }) => outcome));
  const predictors = await loadPredictors();
  for (let index = from; index < Number(values.count); index++) {
    // A stream of its own for each file: any of them can be made again alone.
    const random = createRandom(`${values.seed}/${index}`);
    let bytes = damage(random.pick(seeds), seeds, random);
    if (random.next() < 0.3) bytes = damage(bytes, seeds, random);
    const before = process.cpuUsage();
    const line = { index };
    try {
      line.outcome = await probe(bytes, predictors);
    } catch (error) {
      line.error = String(error?.stack ?? error).slice(0, 1500);
    }
    const { user, system } = process.cpuUsage(before);
    line.ms = Math.round((user + system) / 1000);
    line.rssMb = Math.round(process.resourceUsage().maxRSS / 1024);
    const isNew = line.error !== undefined || line.ms > hangMs || !outcomes.has(line.outcome);
    if (values.keep && isNew && bytes.length < keptBytes) {
      const outcome = line.outcome ?? `untyped: ${line.error.split("\n")[0].slice(0, 100)}`;
      outcomes.add(outcome);
      appendFileSync(corpus.corpusPath(), corpus.corpusLine({ outcome, bytes }));
      line.kept = true;
    }
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

function moreModels() {
  const folder = values.models;
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.(onnx|tflite)$/.test(name) && statSync(join(folder, name)).size < 100_000)
    .map((name) => new Uint8Array(readFileSync(join(folder, name))));
}
