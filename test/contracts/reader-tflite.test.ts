/** The reader of .tflite files: damaged ones end in typed errors; what the writer writes comes back as the same kernels. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, LitepredError } from "../../src/base/index.js";
import { decodeTflite, encodeTflite, type TfliteModel } from "../../src/formats/tflite/index.js";
import type { Graph } from "../../src/graph/index.js";
import { detectKernels, fusionRules } from "../../src/kernels/index.js";
import { readers, readModel } from "../../src/readers/index.js";
import { buildExampleModel, exampleModelNames, loadSpace, type SpaceName } from "../../src/spaces/index.js";
import { writeOnnx, writeTflite } from "../../src/writers/index.js";
import { checkGraphLaws } from "./graph-laws.js";
import { readOrRefuse, testReader } from "./reader.js";
import { smallAttention, smallImageNet, type TensorLine, tfliteFile } from "./tflite-models.js";

const reader = readers.find(({ format }) => format === "tflite")!;
const targets = [
  writeTflite(smallImageNet()),
  writeTflite(smallImageNet(), { precision: "int8" }),
  writeTflite(smallAttention()),
];

testReader({ reader, samples: [], targets, mutations: 600 });

test("tflite: 600 models damaged inside their structure end in a typed error or a lawful graph", () => {
  const random = createRandom("tflite structure");
  const extremes = [-1, 0, 1, 2, 3, 4, 127, 1 << 20, 2 ** 31 - 1, -(2 ** 31)];
  const damage = (value: unknown): unknown => {
    if (typeof value === "number") return random.next() < 0.5 ? random.pick(extremes) : value + random.integer(5) - 2;
    if (!Array.isArray(value)) return value;
    const at = random.integer(value.length + 1);
    if (random.next() < 0.3) return [...value.slice(0, at), ...value.slice(at + 1)];
    if (random.next() < 0.3 && value.length > 0) return [...value, random.pick(value)];
    return value.map((item, i) => (i === at % value.length ? damage(item) : item));
  };
  const damageField = (record: object): object => {
    const entries = Object.entries(record);
    const nested = entries.filter(([key]) => key !== "table" && key !== "data");
    if (nested.length === 0) return record;
    const [key, value] = random.pick(nested);
    const list = Array.isArray(value) && typeof value[0] === "object" ? (value as object[]) : undefined;
    if (list !== undefined && random.next() < 0.9) {
      const at = random.integer(list.length);
      return { ...record, [key]: list.map((item, i) => (i === at ? damageField(item) : item)) };
    }
    const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
    return { ...record, [key]: isRecord ? damageField(value) : damage(value) };
  };
  const models = targets.map((bytes) => decodeTflite(bytes));
  let lawful = 0;
  for (let i = 0; i < 600; i++) {
    const model = damageField(damageField(random.pick(models))) as TfliteModel;
    const bytes = encodeOrSkip(model);
    const graph = bytes && readOrRefuse(reader, bytes);
    if (graph) {
      checkGraphLaws(graph);
      lawful++;
    }
  }
  assert.ok(lawful > 0);
});

function encodeOrSkip(model: TfliteModel): Uint8Array | undefined {
  try {
    return encodeTflite(model);
  } catch {
    return undefined;
  }
}

const rules = fusionRules("tflite");
/** A mean over the pixels of an image is one operator in the file, and two in the graph's words. */
const kernelsOf = (graph: Graph, int8 = false) =>
  detectKernels(graph, { ...rules, int8 }).kernels.map(({ type, config }) => {
    if (type !== "global-avgpool") return `${type} ${JSON.stringify(config)}`;
    const { batch, h, w, cin } = config as Record<string, number>;
    return `reduce ${JSON.stringify({ operator: "mean", outer: batch! * cin!, length: h! * w!, inner: 1, trailing: "none" })}`;
  });
const outputShapes = (graph: Graph) => graph.outputs.map((name) => graph.tensors.get(name)!.shape);

const sorted = (shape: readonly number[]) => [...shape].sort((a, b) => a - b);

function comesBack(name: string, graph: Graph): void {
  for (const precision of ["fp32", "int8"] as const) {
    const back = readModel(writeTflite(graph, { precision }));
    checkGraphLaws(back);
    assert.deepEqual(kernelsOf(back, precision === "int8"), kernelsOf(graph), `${name} ${precision}`);
    assert.deepEqual(outputShapes(back), outputShapes(graph), `${name} ${precision}`);
    for (const [tensor, { shape, constant }] of back.tensors) {
      const original = graph.tensors.get(tensor);
      // A transpose that moves no bytes in the file is read where it is needed: the same sizes, maybe in another order.
      if (original && !constant && !original.constant)
        assert.deepEqual(sorted(shape), sorted(original.shape), `${name}: ${tensor}`);
    }
  }
}

for (const name of exampleModelNames)
  test(`tflite: ${name} comes back as the same kernels`, async () => comesBack(name, await buildExampleModel(name)));

const sampled: readonly SpaceName[] = [
  "ofa-mobilenetv3",
  "proxylessnas",
  "fbnet",
  "attentivenas",
  "autoformer-tiny",
  "nasbench201",
  "densenet",
  "shufflenetv2",
  "mobilevit",
  "segmentation",
  "regnet",
];
for (const name of sampled)
  test(`tflite: an architecture of ${name} comes back as the same kernels`, async () => {
    const space = await loadSpace(name);
    const graph = space.toGraph(space.sample(createRandom("tflite round trip")));
    // The reader leaves away what no output needs, as that of ONNX does.
    comesBack(name, readModel(writeOnnx(graph)));
  });

test("tflite: quantised files give quantised kernels where the engine is ONNX Runtime", () => {
  const back = readModel(writeTflite(smallImageNet(), { precision: "int8" }));
  const pairs = back.nodes.filter(({ operator }) => operator === "QuantizeLinear");
  assert.ok(pairs.length > 10);
  const typesOn = (int8: boolean) =>
    detectKernels(back, { ...fusionRules("onnxruntime"), int8 }).kernels.map(({ type }) => type);
  const [floats, integers] = [typesOn(false), typesOn(true)];
  assert.ok(floats.includes("conv-quantised") && floats.includes("matmul-quantised"), floats.join());
  assert.ok(integers.includes("conv-bn-relu") && integers.includes("fc"), integers.join());
});

test("tflite: weights of 8 bits beside floats are products of integers on TensorFlow Lite, floats elsewhere", () => {
  const file = tfliteFile(
    [
      { shape: [1, 8, 8, 4] },
      { shape: [16, 3, 3, 4], type: "INT8", zeros: true, scale: [0.01] },
      { shape: [16], zeros: true },
      { shape: [1, 8, 8, 16] },
    ],
    [
      {
        builtin: "CONV_2D",
        inputs: [0, 1, 2],
        outputs: [3],
        options: { table: "Conv2DOptions", padding: 0, strideH: 1, strideW: 1 },
      },
    ],
    [0],
    [3],
  );
  const on = (engine: string) => detectKernels(readModel(file), fusionRules(engine)).kernels;
  const [hybrid] = on("tflite");
  assert.equal(hybrid!.type, "conv-quantised");
  assert.deepEqual([hybrid!.config.form, hybrid!.config.signs], ["integer", "s8s8"]);
  assert.ok(on("onnxruntime").some(({ type }) => type === "conv-bn-relu"));
});

test("tflite: weights of half precision are floats when the model is loaded", () => {
  const file = tfliteFile(
    [{ shape: [2, 64] }, { shape: [32, 64], type: "FLOAT16", zeros: true }, { shape: [32, 64] }, { shape: [2, 32] }],
    [
      { builtin: "DEQUANTIZE", inputs: [1], outputs: [2] },
      { builtin: "FULLY_CONNECTED", inputs: [0, 2, -1], outputs: [3] },
    ],
    [0],
    [3],
  );
  const { kernels } = detectKernels(readModel(file), fusionRules("tflite"));
  assert.deepEqual(
    kernels.map(({ type }) => type),
    ["fc"],
  );
});

function refuses(name: string, bytes: () => Uint8Array, code: string, says: RegExp): void {
  test(`tflite refused: ${name}`, () => {
    assert.throws(
      () => readModel(bytes(), { name: "m.tflite" }),
      (error: LitepredError) => {
        assert.ok(error instanceof LitepredError, String((error as Error).stack));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, says);
        assert.ok(error.message.startsWith("m.tflite: "), error.message);
        return true;
      },
    );
  });
}

const vector: TensorLine = { shape: [1, 4] };
const relu = (inputs: number[], outputs: number[]) => ({ builtin: "RELU", inputs, outputs }) as const;

refuses(
  "a custom operator, by its name",
  () =>
    tfliteFile(
      [vector, vector],
      [{ builtin: "CUSTOM", customCode: "TFLite_Detection_PostProcess", inputs: [0], outputs: [1] }],
      [0],
      [1],
    ),
  "unsupported-operator",
  /TFLite_Detection_PostProcess/,
);
refuses(
  "an operator that is not read, by its name",
  () => tfliteFile([vector, vector], [{ builtin: "LSTM", inputs: [0], outputs: [1] }], [0], [1]),
  "unsupported-operator",
  /LSTM/,
);
refuses(
  "a cycle",
  () => tfliteFile([vector, vector, vector], [relu([2], [1]), relu([1], [2])], [0], [2]),
  "invalid-model",
  /before it is computed/,
);
refuses(
  "a tensor computed twice",
  () => tfliteFile([vector, vector], [relu([0], [1]), relu([0], [1])], [0], [1]),
  "invalid-model",
  /twice/,
);
refuses(
  "a tensor that is not there",
  () => tfliteFile([vector, vector], [relu([7], [1])], [0], [1]),
  "invalid-model",
  /tensor 7/,
);
refuses("a model without outputs", () => tfliteFile([vector], [], [0], []), "invalid-model", /no output/);
refuses(
  "a negative size",
  () => tfliteFile([{ shape: [1, -4] }, vector], [relu([0], [1])], [0], [1]),
  "invalid-model",
  /\[1,-4\]/,
);
refuses(
  "an image of a trillion pixels",
  () => tfliteFile([{ shape: [1, 2 ** 20, 2 ** 20, 3] }, vector], [relu([0], [1])], [0], [1]),
  "limit-exceeded",
  /elements/,
);
refuses(
  "weights that are not all there",
  () =>
    tfliteFile(
      [vector, { shape: [4, 4], values: [1, 2] }, vector],
      [{ builtin: "FULLY_CONNECTED", inputs: [0, 1, -1], outputs: [2] }],
      [0],
      [2],
    ),
  "invalid-model",
  /declares 16 elements but stores 2/,
);
refuses("a file that is cut off", () => targets[0]!.subarray(0, 200), "invalid-model", /truncated or damaged/);
refuses(
  "a graph that lists one tensor millions of times",
  () => repeatedReferences(),
  "limit-exceeded",
  /numbers and tables/,
);

/** Three levels of lists whose entries all point to the same place: 20 000 graphs of 20 000 operators each. */
function repeatedReferences(): Uint8Array {
  const count = 20_000;
  const bytes = new Uint8Array(64 + 8 * count + 64);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("TFL3"), 4);
  // Vtables: the model's with its field 2 at +4, the graph's with its field 3 at +4, an empty one.
  const [modelTable, graphTable, graphs] = [40, 52, 64] as const;
  const operators = graphs + 4 + 4 * count;
  const operator = operators + 4 + 4 * count;
  view.setInt32(0, modelTable, true);
  view.setUint16(8, 10, true);
  view.setUint16(8 + 4 + 2 * 2, 4, true);
  view.setUint16(20, 12, true);
  view.setUint16(20 + 4 + 2 * 3, 4, true);
  view.setUint16(34, 4, true);
  view.setInt32(modelTable, modelTable - 8, true);
  view.setInt32(modelTable + 4, graphs - (modelTable + 4), true);
  view.setInt32(graphTable, graphTable - 20, true);
  view.setInt32(graphTable + 4, operators - (graphTable + 4), true);
  view.setInt32(operator, operator - 34, true);
  view.setInt32(graphs, count, true);
  view.setInt32(operators, count, true);
  for (let i = 0; i < count; i++) {
    const [a, b] = [graphs + 4 + 4 * i, operators + 4 + 4 * i];
    view.setInt32(a, graphTable - a, true);
    view.setInt32(b, operator - b, true);
  }
  return bytes;
}
