/**
 * What pages of memory do to a latency: the two reference networks, loaded several times in each of several processes of an engine, in large
 * pages and in those that a program gets by itself. Prints a Markdown table (docs/adr/0005). Run it on a quiet machine, after a build:
 *
 *     node scripts/pages.mjs --home .litepred [--engine ncnn ...] [--processes 3] [--copies 3] [--seconds 4]
 */
import { parseArgs } from "node:util";

const { encoderOf } = await import("../dist/src/engines/index.js");
const { openLocalPlatform } = await import("../dist/src/workspace/index.js");
const { buildReferenceModel } = await import("../dist/src/spaces/index.js");

const { values } = parseArgs({
  options: {
    home: { type: "string", default: ".litepred" },
    engine: { type: "string", multiple: true },
    processes: { type: "string", default: "3" },
    copies: { type: "string", default: "3" },
    seconds: { type: "string", default: "4" },
  },
});
const names = ["mobile", "arithmetic"];
const engines = values.engine ?? ["onnxruntime-node"];

/** A low quantile of the runs of each copy, milliseconds. */
const quick = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 4)];
const middle = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const range = (numbers) => (100 * (Math.max(...numbers) / Math.min(...numbers) - 1)).toFixed(1);

async function copiesOfProcess(local) {
  const engine = await local.engine.start(local.platform);
  const encode = encoderOf(local.description.format, local.platform.precision);
  const copies = [];
  for (let copy = 0; copy < Number(values.copies); copy++)
    for (const name of names) {
      const model = await engine.prepare(encode(buildReferenceModel(name)));
      await model.time({ warmup: 2, runs: 1, maxMs: 1 });
      copies.push({ name, model, times: [] });
    }
  const until = performance.now() + 1000 * Number(values.seconds);
  while (performance.now() < until)
    for (const { model, times } of copies) times.push(...(await model.time({ warmup: 0, runs: 3, maxMs: 30 })));
  await engine.close();
  return names.map((name) => copies.filter((copy) => copy.name === name).map(({ times }) => quick(times)));
}

console.log("| engine | pages | mobile ms | its range | arithmetic ms | its range |\n|---|---|---|---|---|---|");
for (const engine of engines)
  for (const pages of ["system", "huge"]) {
    const local = await openLocalPlatform(`local/cpu/${engine}/fp32?pages=${pages}`, values.home);
    const found = names.map(() => []);
    for (let process = 0; process < Number(values.processes); process++)
      for (const [i, copies] of (await copiesOfProcess(local)).entries()) found[i].push(...copies);
    const cells = found.map((times) => `${middle(times).toFixed(2)} | ${range(times)} %`);
    console.log(`| ${local.description.name} ${local.description.version} | ${pages} | ${cells.join(" | ")} |`);
  }
