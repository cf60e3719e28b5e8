/** `litepred search` as it is used: on the pool that ships, with spaces of one's own, killed and started again, verified by measuring. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { bestUnder } from "../../examples/search.js";
import { createRandom, packagePath } from "../../src/base/index.js";
import { createSyntheticEngine } from "../../src/engines/index.js";
import { type SearchReport, search } from "../../src/jobs/search.js";
import { isLocal, parsePlatformId } from "../../src/platforms/index.js";
import { openPool } from "../../src/pool/index.js";
import { loadPlatformPredictor } from "../../src/predictors/index.js";
import { latencyOf } from "../../src/search/index.js";
import { loadSpaces } from "../../src/spaces/index.js";

const root = mkdtempSync(join(tmpdir(), "litepred-search-"));
after(() => rmSync(root, { recursive: true, force: true }));

const xeon = "xeon-f6m207/cpu/onnxruntime-node@1.30.0/fp32";
/** Of a CPU that this machine has not. */
const elsewhere = isLocal(parsePlatformId(xeon)) ? xeon.replace("xeon-f6m207", "epyc-f25m17") : xeon;
const openvino = "epyc-f25m1/cpu/openvino@2026.4.1/fp32";
const mySpace = packagePath("examples", "search", "my-space.js");
const command = (home: string, args: readonly string[]) => [
  packagePath("bin", "litepred.js"),
  ...["--home", join(root, home), "--json", "search", ...args],
];
const run = (home: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, command(home, args), {
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  return { status, stderr, report: () => JSON.parse(stdout) as SearchReport };
};

test("latencies of a search are those of predict, on chains and on other spaces, intervals included", async () => {
  const spaces = await loadSpaces(["ofa-mobilenetv3", "proxylessnas", "nasbench201"]);
  for (const platform of [xeon, openvino]) {
    const predictor = await loadPlatformPredictor(openPool(root).load(platform));
    for (const space of spaces) {
      const random = createRandom(`${platform}/${space.name}`);
      const architectures = Array.from({ length: 6 }, () => space.sample(random));
      const latency = latencyOf(space, predictor);
      const costs = await latency.predictAll(architectures, 0.8);
      const fast = await latency.predictAll(architectures);
      for (const [i, architecture] of architectures.entries()) {
        const graph = space.toGraph(architecture);
        const { latencyMs, interval } = await predictor.predict(graph, 0.8);
        const { kernels } = predictor.detect(graph);
        for (const [found, expected] of [
          [costs[i]!.latencyMs, latencyMs],
          [fast[i]!.latencyMs, latencyMs],
          [costs[i]!.lowMs, interval.lowMs],
          [costs[i]!.highMs, interval.highMs],
          [costs[i]!.macs, kernels.reduce((total, { flops }) => total + flops, 0) / 2],
          [costs[i]!.params, kernels.reduce((total, { params }) => total + params, 0)],
        ] as const)
          assert.ok(Math.abs(found / expected - 1) < 1e-12, `${space.name} on ${platform}: ${found}, not ${expected}`);
      }
    }
    await predictor.release();
  }
});

test("example: the best under a budget", async () => {
  const { best, front, smallestMs } = await bestUnder(5, xeon, join(root, "example"));
  assert.ok(best!.platforms[0]!.latencyMs <= 5 && best!.accuracy > 72 && best!.architecture.w === 1);
  assert.ok(front > 20 && smallestMs === undefined);
});

test("two platforms with a budget each, files of the front", () => {
  const out = join(root, "files");
  const { status, report } = run(
    "two",
    ...["--platform", xeon, "--max-latency", "5ms", "--platform", openvino, "--max-latency", "0.006s"],
    ...["--evaluations", "1500", "--sure", "--out", out],
  );
  assert.equal(status, 0);
  const { best, pareto, evaluated } = report();
  assert.ok(evaluated >= 1500 && best.length === 1);
  for (const { platforms, accuracy, accuracyInterval } of pareto) {
    assert.ok(platforms[0]!.interval.highMs <= 5 && platforms[1]!.interval.highMs <= 6);
    assert.ok(accuracyInterval.low < accuracy && accuracy < accuracyInterval.high);
  }
  const names = ["best.json", "best.onnx", "best.tflite", "front.csv", "front.html", "front.json", "front.svg"];
  assert.deepEqual(readdirSync(out).sort(), names);
  assert.equal(readFileSync(join(out, "front.csv"), "utf8").trim().split("\n").length, pareto.length + 1);
  assert.match(readFileSync(join(out, "front.svg"), "utf8"), /^<svg/);
});

test("a budget that cannot be met: exit code 3 and the smallest latency", () => {
  const { status, report } = run("small", "--platform", xeon, "--max-latency", "0.3ms", "--evaluations", "1000000");
  assert.equal(status, 3);
  const { smallestMs, pareto } = report();
  assert.ok(smallestMs! > 0.3 && smallestMs! < 3 && pareto.length === 0);
});

test("the page shows the example as it is", () => {
  const [, ...lines] = readFileSync(mySpace, "utf8").split("\n");
  const page = readFileSync(packagePath("docs", "how-to", "search.md"), "utf8");
  assert.ok(page.includes(lines.join("\n")), "docs/how-to/search.md and examples/search/my-space.js differ");
});

test("a space of one's own", () => {
  const args = ["--space", mySpace, "--platform", xeon, "--max-latency", "1ms", "--evaluations", "800"];
  const { status, report } = run("own", ...args);
  assert.equal(status, 0);
  for (const { architecture } of report().pareto)
    assert.ok((architecture.resolution as number) < 160 || (architecture.width as number) < 32);
});

test("what is no request says so", () => {
  const notASpace = join(root, "not-a-space.js");
  writeFileSync(notASpace, "export default { name: 'x' };\n");
  for (const [args, message] of [
    [["--platform", xeon, "--max-latency", "fast"], /not a latency/],
    [["--platform", xeon, "--max-latency", "1ms", "--max-latency", "2ms"], /2 budgets for 1 platforms/],
    [["--platform", xeon, "--space", "nowhere"], /there is no search space "nowhere"/],
    [["--platform", xeon, "--space", "./nowhere.js"], /no such file/],
    [["--platform", xeon, "--space", notASpace], /no search space: choices/],
    [["--platform", xeon, "--method", "luck"], /there is no search method "luck"/],
    [["--platform", xeon, "--objective", "beauty"], /there is no objective "beauty"/],
  ] as const) {
    const { status, stderr } = run("refused", ...args);
    assert.equal(status, 2, stderr);
    assert.match(stderr, message);
  }
});

/** LITEPRED_KILLS=50 for as many as the project's goal asks. */
const kills = Number(process.env.LITEPRED_KILLS ?? 3);

test(`killed ${kills} times, a search ends as if it had not been`, { timeout: 60_000 * (kills + 2) }, async () => {
  const args = ["--platform", xeon, "--max-latency", "4ms", "--evaluations", "30000", "--seed", "3"];
  const started = performance.now();
  const undisturbed = run("undisturbed", ...args).report();
  const whole = performance.now() - started;
  const random = createRandom("kills");
  let [killed, fromTheMiddle] = [0, 0];
  for (let home = 0; killed < kills; ) {
    const child = spawn(process.execPath, command(`killed-${home}`, args), { stdio: ["ignore", "ignore", "ignore"] });
    if (await endsWithin(child, random.next() * whole)) home++;
    else killed++;
    if (existsSync(join(root, `killed-${home}`, "searches"))) fromTheMiddle++;
  }
  assert.ok(fromTheMiddle > 0);
  for (const home of readdirSync(root).filter((name) => name.startsWith("killed-"))) {
    const { seconds: _, ...report } = run(home, ...args).report();
    const { seconds: __, ...expected } = undisturbed;
    assert.deepEqual(report, expected);
  }
});

/** False where it had to be killed. */
async function endsWithin(child: ChildProcess, ms: number): Promise<boolean> {
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  await ended;
  clearTimeout(timer);
  return child.signalCode === null;
}

test("some of the front are measured, correct the predictor, and the search goes on", async () => {
  const platform = "box/cpu/synthetic@1/fp32";
  const home = join(root, "verified");
  // The predictor of another machine: it is wrong about this one.
  const artefact = openPool(root).load(xeon);
  openPool(home).save({ ...artefact, platform });
  const found = await search({
    home,
    space: "ofa-mobilenetv3",
    platforms: [platform],
    maxLatencyMs: [8],
    evaluations: 1500,
    verify: 4,
    protocol: "brief",
    engines: { [platform]: createSyntheticEngine() },
  });
  const measured = found.pareto.filter(({ verified }) => verified);
  assert.ok(measured.length >= 2, `${measured.length} measured`);
  for (const { platforms } of measured) {
    const { latencyMs, measuredMs } = platforms[0]!;
    assert.ok(measuredMs! <= 8 && Math.abs(latencyMs / measuredMs! - 1) < 0.15, `${latencyMs} for ${measuredMs}`);
  }
  assert.ok(found.best[0]!.verified);
  assert.equal(found.notVerified.length, 0);
});

test("a platform that is not here is not measured, and that is said", async () => {
  const found = await search({
    ...{ home: join(root, "absent"), space: "ofa-mobilenetv3", platforms: [elsewhere] },
    ...{ evaluations: 300, verify: 2 },
  });
  assert.equal(found.notVerified[0]?.platform, elsewhere);
  assert.ok(found.pareto.every(({ verified }) => !verified));
});

test("architectures a line are answered a line, and a bad one does not end the others", () => {
  const lines = ["[{}]", JSON.stringify({ resolution: 96, width: 16, kernel: 3, depth: [1, 1, 1] }), "no JSON"];
  const args = ["architectures", "--home", join(root, "lines"), "--space", mySpace, "--platform", xeon];
  const { status, stdout } = spawnSync(process.execPath, [packagePath("bin", "litepred.js"), ...args], {
    ...{ encoding: "utf8", input: `${lines.join("\n")}\n` },
  });
  assert.equal(status, 0);
  const [first, second, third] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.match(first.error, /my-space: resolution is undefined/);
  assert.ok(second[0].accuracy > 0 && second[0].platforms[0].latencyMs > 0 && second[0].params > 0);
  assert.match(third.error, /JSON/);
});
