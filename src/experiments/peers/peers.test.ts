import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { LitepredError } from "../../base/index.js";
import { architectureType } from "./architecture-type.js";
import { readPeerData } from "./data.js";
import { peersPage } from "./page.js";
import { peerSplits, planPeers } from "./plan.js";
import { evaluatePeers } from "./run.js";

const root = mkdtempSync(join(tmpdir(), "litepred-peers-"));
after(() => rmSync(root, { recursive: true, force: true }));

const operations = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"];
const cellOf = (i: number) => Array.from({ length: 6 }, (_, edge) => operations[Math.floor(i / 5 ** edge) % 5]!);
const textOf = ([a, b, c, d, e, f]: string[]) => `|${a}~0|+|${b}~0|${c}~1|+|${d}~0|${e}~1|${f}~2|`;

/** A device takes so much for each convolution; those of other names take a little more for each pool. */
function writeCells(count: number): string {
  const { train, valid, test: targets } = peerSplits.nasbench201;
  const devices = [...train, ...valid, ...targets];
  const lines = Array.from({ length: count }, (_, i) => {
    const cell = cellOf((i * 7919) % 15625);
    const number = (operation: string) => cell.filter((own) => own === operation).length;
    const latencies = devices.map((_, d) =>
      (1 + 0.9 * number("nor_conv_3x3") + 0.3 * number("nor_conv_1x1") + 0.01 * d * number("avg_pool_3x3")).toFixed(4),
    );
    return [i, textOf(cell), ...latencies].join(",");
  });
  const folder = join(root, "data", "nasbench201");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "latency_ms.csv"), [["idx", "arch", ...devices].join(","), ...lines].join("\n"));
  writeFileSync(
    join(folder, "hw_embedding_index.json"),
    JSON.stringify({ hw_embedding_index: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }),
  );
  return join(root, "data");
}

test("a table of latencies is read, and a broken one is refused by its line", () => {
  const data = readPeerData(writeCells(20), "nasbench201")!;
  assert.equal(data.size, 20);
  assert.deepEqual(data.references.slice(0, 2), [0, 1]);
  assert.ok(data.architectures.space === "nasbench201");
  assert.deepEqual(data.architectures.cells[0], cellOf(0));
  const { configs, features } = architectureType(data.architectures);
  assert.equal(configs.length, 20);
  assert.equal(new Set(features.map(({ length }) => length)).size, 1);
  const broken = join(root, "broken", "nasbench201");
  mkdirSync(broken, { recursive: true });
  writeFileSync(join(broken, "latency_ms.csv"), "idx,arch,a\n0,|none~0|,-1\n");
  assert.throws(
    () => readPeerData(join(root, "broken"), "nasbench201"),
    (error) => error instanceof LitepredError && /line 2/.test(error.message),
  );
  assert.equal(readPeerData(join(root, "nowhere"), "ofa"), undefined);
});

test("the plan has every method of a seed before the next seed, and knows its names", () => {
  const plans = planPeers({ spaces: ["nasbench201", "ofa"], seeds: 2 });
  assert.ok(plans.findIndex(({ seed }) => seed === 2) > plans.findLastIndex(({ seed }) => seed === 1));
  assert.ok(!plans.some(({ method, space }) => method === "flops" && space === "ofa"));
  assert.throws(() => planPeers({ spaces: ["ofa"], methods: ["guess"], seeds: 1 }), LitepredError);
  const few = planPeers({ spaces: ["ofa"], methods: ["default"], measured: [10], seeds: 1 });
  assert.deepEqual(
    few.map(({ measurements }) => measurements),
    [10],
  );
});

test("ranks by FLOPs on made-up devices; the same call again computes nothing; absent data is skipped", async () => {
  const request = { folder: writeCells(1200), home: join(root, "home"), methods: ["flops"], seeds: 1 };
  const report = await evaluatePeers(request);
  assert.ok("cells" in report);
  const [cell] = report.cells;
  assert.ok(cell!.mean > 0.9, `${cell!.mean}`);
  assert.match(peersPage(report), /published: help/);
  assert.match(peersPage(report), /\* flops: 0\.\d{3}, published 0\.787 \(.*within 0\.03/);
  const again = await evaluatePeers(request);
  assert.deepEqual("runs" in again && again.runs[0]!.cpuSeconds, report.runs[0]!.cpuSeconds);
  assert.deepEqual(Object.keys(await evaluatePeers({ ...request, folder: join(root, "nowhere") })), ["skipped"]);
});
