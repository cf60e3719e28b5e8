/** The benchmarks that are read from a folder of published tables: NAS-Bench-201 with HELP's devices, Accel-NASBench. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { accelNasBenchRows, type NasBench201DataSet, nasBench201Rows, parseCsv } from "../../accuracy/index.js";
import type { Matrix } from "../../learning/index.js";
import { type Architecture, loadSpace } from "../../spaces/index.js";
import type { Benchmark, BenchmarkDevice } from "./benchmark.js";

/** @param folder with `help/`, `nasbench201/`, `accel-nasbench/`; what is absent is left out and named */
export async function readBenchmarks(
  folder: string,
  dataSet: NasBench201DataSet,
): Promise<{ benchmarks: Benchmark[]; skipped: string[] }> {
  const readers = [
    { path: join("help", "nasbench201", "latency_ms.csv"), read: (file: string) => nasBench201(folder, file, dataSet) },
    { path: join("accel-nasbench", "accel_nasbench.csv"), read: (file: string) => accelNasBench(folder, file) },
  ];
  const found = readers.filter(({ path }) => existsSync(join(folder, path)));
  return {
    benchmarks: await Promise.all(found.map(({ path, read }) => read(join(folder, path)))),
    skipped: readers.filter((one) => !found.includes(one)).map(({ path }) => `reference data not found: ${path}`),
  };
}

async function nasBench201(folder: string, file: string, dataSet: NasBench201DataSet): Promise<Benchmark> {
  const rows = nasBench201Rows(folder, dataSet);
  const lines = parseCsv(readFileSync(file, "utf8"), file);
  const space = await loadSpace("nasbench201");
  const names = lines[0]!.columns.slice(2);
  return {
    name: `nasbench201/${dataSet}`,
    count: rows.length,
    accuracies: Float64Array.from(rows, ({ accuracy }) => accuracy),
    features: matrixOf(rows.map(({ architecture }) => cellRow(space.encode(architecture)))),
    devices: names.map((name) => ({
      name,
      family: name.replace(/_\d+$/, ""),
      latenciesMs: Float64Array.from(lines, (line) => line.number(name)),
    })),
  };
}

/** Options of an edge beside "none", by their index in the space. */
const edgeOptions = [1, 2, 3, 4];
const none = 0;
const widestConvolution = 3;

const flag = (condition: boolean) => (condition ? 1 : 0);

/** From and to which node of the cell, in the order of the space's genes. */
const edges = [
  [0, 1],
  [0, 2],
  [1, 2],
  [0, 3],
  [1, 3],
  [2, 3],
] as const;

/** The operations on a way from the cell's input to its output; an engine may leave out the others. */
function liveOperations(ops: readonly number[]): number[] {
  const [fed, used] = [new Set([0]), new Set([3])];
  for (const [i, [from, to]] of edges.entries()) if (ops[i] !== none && fed.has(from)) fed.add(to);
  for (const [i, [from, to]] of [...edges.entries()].reverse()) if (ops[i] !== none && used.has(to)) used.add(from);
  return ops.map((op, i) => (fed.has(edges[i]![0]) && used.has(edges[i]![1]) ? op : none));
}

/** The operation on each edge, and where it counts; and which pairs of edges are cut, or are both the dearest convolution. */
function cellRow(ops: readonly number[]): number[] {
  const pairs = ops.flatMap((a, i) => ops.slice(i + 1).map((b) => [a, b] as const));
  const live = liveOperations(ops);
  return [
    flag(live.every((op) => op === none)),
    ...[...ops, ...live].flatMap((op) => edgeOptions.map((option) => flag(op === option))),
    ...pairs.flatMap(([a, b]) => [
      flag(a === none || b === none),
      flag(a === widestConvolution && b === widestConvolution),
    ]),
  ];
}

/** Columns of the accelerators' speed; a throughput becomes the milliseconds of one image. */
const accelerators = [
  { name: "zcu102", column: "latency_zcu102_latency_mean" },
  { name: "vck190", column: "latency_vck190_latency_mean" },
  { name: "a100", column: "throughput_a100_throughput_mean" },
  { name: "rtx3090", column: "throughput_3090_throughput_mean" },
  { name: "tpuv2", column: "throughput_tpuv2_throughput_mean" },
  { name: "tpuv3", column: "throughput_tpuv3_throughput_mean" },
];

async function accelNasBench(folder: string, file: string): Promise<Benchmark> {
  const lines = parseCsv(readFileSync(file, "utf8"), file);
  const rows = accelNasBenchRows(folder);
  // What some accelerator could not run was never timed there: it is in nobody's table.
  const whole = [...lines.keys()].filter((i) => accelerators.every(({ column }) => lines[i]!.text(column) !== ""));
  const latency = (i: number, column: string) => {
    const value = lines[i]!.number(column);
    return column.startsWith("throughput") ? 1000 / value : value;
  };
  return {
    name: "accel-nasbench",
    count: whole.length,
    accuracies: Float64Array.from(whole, (i) => rows[i]!.accuracy),
    features: matrixOf(whole.map((i) => stageRow(rows[i]!.architecture))),
    devices: accelerators.map(
      ({ name, column }): BenchmarkDevice => ({
        name,
        // The two TPUs are one: they run the same compiler's code.
        family: name.replace(/v\d$/, ""),
        latenciesMs: Float64Array.from(whole, (i) => latency(i, column)),
      }),
    ),
  };
}

/** Each stage's layers, by what they are of: the work of a stage grows with their number. */
function stageRow({ e, k, l, se }: Architecture): number[] {
  const [ratios, kernels, layers, squeezed] = [e, k, l, se] as number[][];
  return ratios!.flatMap((ratio, stage) => {
    const count = layers![stage]!;
    const [wide, squeeze] = [kernels![stage] === 5 ? 1 : 0, squeezed![stage] ? 1 : 0];
    return [count, ratio, count * ratio, wide, count * ratio * wide, squeeze, count * ratio * squeeze];
  });
}

const matrixOf = (rows: readonly (readonly number[])[]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});
