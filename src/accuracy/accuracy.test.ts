import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { createRandom, LitepredError, packagePath } from "../base/index.js";
import { elementCount, type Graph } from "../graph/index.js";
import { type Architecture, loadSpace } from "../spaces/index.js";
import { accelNasBenchRows, loadAccuracy, parseCsv, readOfaRows } from "./index.js";
import { ofaColumns, ofaFeatures } from "./ofa/features.js";

const folder = mkdtempSync(join(tmpdir(), "litepred-accuracy-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const failsWith = (code: string) => (error: unknown) => error instanceof LitepredError && error.code === code;
const ofa = await loadSpace("ofa-mobilenetv3");
const nasBench = await loadSpace("nasbench201");
const largest: Architecture = {
  ...{ r: 224, w: 1 },
  ...{ ks: Array(20).fill(7), e: Array(20).fill(6), d: Array(5).fill(4) },
};

describe("OFA-MobileNetV3", () => {
  it("larger networks and resolutions are more accurate, in the range that was measured", async () => {
    const predictor = await loadAccuracy(undefined, ofa);
    const sizes = [128, 144, 160, 176, 192, 208, 224];
    const shallow = { ...largest, d: Array(5).fill(2) };
    const [all, small] = [
      await predictor.predictAll(sizes.map((r) => ({ ...largest, r }))),
      await predictor.predictAll(sizes.map((r) => ({ ...shallow, r }))),
    ];
    for (const [i, { accuracy, lowAccuracy, highAccuracy }] of all.entries()) {
      assert.ok(accuracy > 70 && accuracy < 78.5, String(accuracy));
      assert.ok(accuracy > small[i]!.accuracy);
      assert.ok(i === 0 || accuracy > all[i - 1]!.accuracy);
      assert.ok(lowAccuracy < accuracy && accuracy < highAccuracy);
    }
    const [wide] = await predictor.predictAll([largest], 0.99);
    assert.ok(wide!.lowAccuracy < all.at(-1)!.lowAccuracy);
  });

  it("refuses what nothing was measured of", async () => {
    const predictor = await loadAccuracy("ofa-mobilenetv3", ofa);
    for (const change of [{ w: 1.2 }, { r: 112 }, { r: 256 }] as Architecture[])
      assert.throws(() => predictor.predictAll([{ ...largest, ...change }]), failsWith("invalid-config"));
    assert.deepEqual(predictor.fixed, { w: 1 });
  });

  it("genes of absent blocks do not count", () => {
    const a = { ...largest, d: [2, 2, 2, 2, 2] } as never as Parameters<typeof ofaFeatures>[0][number];
    const ks = a.ks.map((k, i) => (i % 4 < 2 ? k : 3));
    const { values } = ofaFeatures([a, { ...a, ks }]);
    assert.deepEqual(values.slice(0, ofaColumns), values.slice(ofaColumns));
  });
});

describe("tables", () => {
  it("a CSV has architectures as JSON or a column for each gene; what is not in it is not known", async () => {
    const random = createRandom(1);
    const [a, b, c] = [nasBench.sample(random), nasBench.sample(random), nasBench.sample(random)];
    const quoted = `"${JSON.stringify(a).replaceAll('"', '""')}"`;
    const whole = write("whole.csv", `architecture,accuracy,low,high\n${quoted},91.5,91,92\n`);
    const genes = write("genes.csv", `accuracy,ops\n90.25,${(b.ops as string[]).join(" ")}\n`);
    const [first, unknown] = await (await loadAccuracy(whole, nasBench)).predictAll([a, c]);
    assert.deepEqual(first, { accuracy: 91.5, lowAccuracy: 91, highAccuracy: 92 });
    assert.ok(Number.isNaN(unknown!.accuracy));
    const [second] = await (await loadAccuracy(genes, nasBench)).predictAll([b]);
    assert.deepEqual(second, { accuracy: 90.25, lowAccuracy: 90.25, highAccuracy: 90.25 });
  });

  it("says what is wrong with a table, and where", async () => {
    const cases = {
      "twice.csv": "accuracy,ops\n90,none none none none none none\n91,none none none none none none\n",
      "share.csv": "accuracy,ops\n0.9,none none none none none none\n",
      "gene.csv": "accuracy,ops\n90,none none none none none conv9\n",
      "cells.csv": "accuracy,ops\n90,none,none\n",
      "word.csv": "accuracy,ops\nhigh,none none none none none none\n",
    };
    for (const [name, text] of Object.entries(cases))
      await assert.rejects(
        loadAccuracy(write(name, text), nasBench),
        (error) => failsWith("invalid-table")(error) && /\.csv:[23]/.test((error as Error).message),
        name,
      );
    await assert.rejects(loadAccuracy("no-such", nasBench), failsWith("unknown-name"));
    await assert.rejects(loadAccuracy(folder, nasBench), failsWith("no-data"));
    await assert.rejects(loadAccuracy("ofa-mobilenetv3", nasBench), failsWith("invalid-config"));
  });

  it("cells may be quoted or empty", () => {
    const [row] = parseCsv('a,b,c\n"x, ""y""",,3\n\n', "t.csv");
    assert.deepEqual([row!.text("a"), row!.text("b"), row!.number("c")], ['x, "y"', "", 3]);
  });
});

describe("asked elsewhere", () => {
  it("a module's default export, whose answers are checked", async () => {
    const good = write(
      "good.mjs",
      "export default (architectures, level) => architectures.map((_, i) => 70 + i + level);",
    );
    const [a, b] = [nasBench.sample(createRandom(1)), nasBench.sample(createRandom(2))];
    const answers = await (await loadAccuracy(good, nasBench)).predictAll([a, b], 0.5);
    assert.deepEqual(
      answers.map(({ accuracy }) => accuracy),
      [70.5, 71.5],
    );
    const few = await loadAccuracy(write("few.mjs", "export default () => [70];"), nasBench);
    await assert.rejects(async () => few.predictAll([a, b]), failsWith("invalid-table"));
    await assert.rejects(loadAccuracy(write("none.mjs", "export default 3;"), nasBench), failsWith("invalid-config"));
    await assert.rejects(loadAccuracy(write("broken.mjs", "export default ("), nasBench), failsWith("unreadable-file"));
  });

  it("an HTTP endpoint", async () => {
    const server = createServer((request, response) => {
      request.setEncoding("utf8");
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        const { architectures } = JSON.parse(body) as { architectures: unknown[] };
        response.end(JSON.stringify(architectures.map((_, i) => (i === 0 ? null : { accuracy: 75, lowAccuracy: 74 }))));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const predictor = await loadAccuracy(`http://127.0.0.1:${port}/`, nasBench);
    const a = nasBench.sample(createRandom(1));
    const [unknown, known] = await predictor.predictAll([a, a]);
    assert.ok(Number.isNaN(unknown!.accuracy));
    assert.deepEqual(known, { accuracy: 75, lowAccuracy: 74, highAccuracy: 75 });
    server.close();
    server.closeAllConnections();
    await assert.rejects(async () => predictor.predictAll([a]), failsWith("unreadable-file"));
  });
});

const published = packagePath("..", "shared", "data");
const skip = !existsSync(join(published, "ofa-accuracy")) && "reference data not found";

interface Counts {
  /** Of convolutions and matrix products, in millions. */
  readonly multiplyAddsM: number;
  /** In millions, a batch norm with its two a channel: a bias stands for it here. */
  readonly paramsM: number;
}

function countsOf(graph: Graph): Counts {
  let [multiplyAdds, params] = [0, 0];
  const shape = (name: string) => graph.tensors.get(name)!.shape;
  for (const { operator, inputs, outputs } of graph.nodes) {
    const output = shape(outputs[0]!);
    if (operator === "Conv") multiplyAdds += elementCount(output) * elementCount(shape(inputs[1]!).slice(1));
    if (operator === "Gemm" || operator === "MatMul") multiplyAdds += elementCount(output) * shape(inputs[0]!).at(-1)!;
    if (operator === "Conv" && output[2]! > 1) params += output[1]!;
  }
  for (const { constant, values, shape } of graph.tensors.values())
    if (constant && values === undefined) params += elementCount(shape);
  return { multiplyAddsM: multiplyAdds / 1e6, paramsM: params / 1e6 };
}

it("multiply-adds of OFA-MobileNetV3 are those of the published table, in every row", { skip }, () => {
  const rows = readOfaRows(join(published, "ofa-accuracy"))!.filter(({ macsM }) => macsM !== undefined);
  assert.equal(rows.length, 2162);
  for (const { architecture, macsM } of rows) {
    const { multiplyAddsM } = countsOf(ofa.toGraph(ofa.decode(ofa.encode(architecture as never))));
    assert.ok(Math.abs(multiplyAddsM / macsM! - 1) < 1e-9, `${multiplyAddsM} beside ${macsM}`);
  }
});

it("parameters of Accel-NASBench's space are those of the published table; all of the table is known", {
  skip,
}, async () => {
  const space = await loadSpace("accel-nasbench");
  const file = join(published, "accel-nasbench", "accel_nasbench.csv");
  const rows = parseCsv(readFileSync(file, "utf8"), file);
  const architectures = accelNasBenchRows(published).map(({ architecture }) => architecture);
  for (let i = 0; i < rows.length; i += 50) {
    const { paramsM } = countsOf(space.toGraph(architectures[i]!));
    assert.ok(Math.abs(paramsM / rows[i]!.number("params") - 1) < 1e-5, `${paramsM} beside ${rows[i]!.text("params")}`);
  }
  const known = await (await loadAccuracy(published, space)).predictAll(architectures);
  assert.ok(known.every(({ accuracy }) => accuracy > 40 && accuracy < 70));
});

it("NAS-Bench-201 is known whole", { skip }, async () => {
  const predictor = await loadAccuracy(published, nasBench);
  const random = createRandom(1);
  const known = await predictor.predictAll(Array.from({ length: 200 }, () => nasBench.sample(random)));
  assert.ok(known.every(({ accuracy }) => accuracy >= 10 && accuracy < 95));
  assert.equal(predictor.architectures!.length, 15_625);
});
