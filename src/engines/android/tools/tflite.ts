/**
 * TensorFlow Lite's `benchmark_model`. It prints count, first, last, shortest, longest and mean run in microseconds, newer
 * builds also the median; with --enable_op_profiling a table of operators. Formats:
 * tensorflow/lite/tools/benchmark/benchmark_model.cc, tensorflow/core/util/stats_calculator.{h,cc}.
 */
import { EngineFailure, type OperatorTime } from "../../contract.js";
import type { PhoneTool, ToolRun, ToolTimes } from "./tool.js";

export const tflite: PhoneTool = {
  engine: "tflite",
  binary: "benchmark_model",
  libraries: [],
  source:
    "build tensorflow/lite/tools/benchmark:benchmark_model with bazel --config=android_arm64, or take the nightly android_aarch64_benchmark_model of TensorFlow's page on TFLite performance measurement",
  format: "tflite",
  processors: ["cpu", "gpu"],
  precisions: ["fp32", "fp16", "int8"],
  options: [
    {
      name: "xnnpack",
      summary: "CPU kernels of the XNNPACK delegate; default: as the build has it",
      default: "default",
      choices: ["default", "on", "off"],
    },
    { name: "backend", summary: "of the GPU delegate", default: "default", choices: ["default", "cl", "gl"] },
  ],
  timingReason: "a kernel is a model of its own: delegates fuse what the profiler shows as one operator",
  limitsTime: true,
  unpack: async (model) => ({ files: { tflite: model } }),
  arguments: flags,
  readTimes: readTfliteTimes,
  readOperators: readTfliteOperators,
  refusal:
    /Failed to (load|initialize|construct|apply)|Failed to invoke|Benchmarking failed|is not a valid|error: .*model/i,
};

function flags({ model, settings, threads, warmup, runs, maxMs, profile }: ToolRun): string[] {
  const { processor, precision, options } = settings;
  const gpu = processor === "gpu";
  const half = precision === "fp16";
  const seconds = Math.max(0.001, maxMs / 1000);
  return [
    `--graph=${model}.tflite`,
    `--num_threads=${threads}`,
    `--warmup_runs=${warmup}`,
    "--warmup_min_secs=0",
    `--num_runs=${runs}`,
    "--min_secs=0",
    `--max_secs=${seconds}`,
    ...(gpu ? ["--use_gpu=true", `--gpu_precision_loss_allowed=${half}`] : []),
    ...(gpu && options.backend && options.backend !== "default" ? [`--gpu_backend=${options.backend}`] : []),
    ...(!gpu && half ? ["--use_xnnpack=true", "--xnnpack_force_fp16=true"] : []),
    ...(options.xnnpack === "on" ? ["--use_xnnpack=true"] : []),
    ...(options.xnnpack === "off" ? ["--use_xnnpack=false"] : []),
    ...(profile ? ["--enable_op_profiling=true"] : []),
  ];
}

/** `count=50 first=33 curr=33 min=32 max=34 avg=33.2 std=0 [p5=… median=… p95=…]`, or `count=1 curr=33`; microseconds. */
const statistics = /count=(\d+) (.*curr=.*)$/gm;

/** The last line of statistics: the one before it is the warm-up's. */
export function readTfliteTimes(output: string): ToolTimes {
  const last = [...output.matchAll(statistics)].at(-1);
  const field = (name: string) => {
    const text = new RegExp(`\\b${name}=([-+.\\de]+)`).exec(last?.[2] ?? "")?.[1];
    return text === undefined ? undefined : Number(text) / 1000;
  };
  const current = field("curr");
  // One run, or all of the same length: nothing but `curr` is printed.
  const averageMs = field("avg") ?? current;
  if (last === undefined || current === undefined || averageMs === undefined || !Number.isFinite(averageMs))
    throw new EngineFailure("nonsense", `benchmark_model printed no timings: ${output.trim().slice(-300)}`);
  const medianMs = field("median");
  return {
    averageMs,
    medianMs,
    minMs: field("min") ?? averageMs,
    maxMs: field("max") ?? averageMs,
    runs: Number(last[1]),
  };
}

/**
 * The table "Run Order" of the section on inference: mean milliseconds of a run and the output's name by operator. Columns
 * are found by the header, since their number has changed: older builds have a column [start].
 */
export function readTfliteOperators(output: string): OperatorTime[] {
  const inference = /Operator-wise Profiling Info for Regular Benchmark Runs:([\s\S]*)/.exec(output)?.[1] ?? output;
  const [, header = "", rows = ""] = /=+ Run Order =+\s*\n(.*)\n([\s\S]*?)\n\s*\n/.exec(`${inference}\n\n`) ?? [];
  const columns = cells(header);
  const at = (name: string) => columns.indexOf(name);
  const [type, average, name] = [at("[node type]"), at("[avg ms]"), at("[Name]")];
  if (type < 0 || average < 0 || name < 0)
    throw new EngineFailure("nonsense", "benchmark_model printed no profile of operators");
  return rows
    .split("\n")
    .map(cells)
    .filter((row) => row.length > average)
    .map((row) => ({
      name: (row[name] ?? "").replace(/^\[(.*)\](:\d+)?$/, "$1"),
      operator: row[type] ?? "",
      timesMs: [Number(row[average])],
    }));
}

/** Lines begin with a log's prefix in newer builds; cells are parted by tabs. */
const cells = (line: string) =>
  line
    .replace(/^(INFO|I[^\t]*\]):? ?/, "")
    .split("\t")
    .map((cell) => cell.trim())
    .filter((cell) => cell !== "");
