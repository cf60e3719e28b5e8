/**
 * ncnn's `benchncnn` with `param=` and `shape=` (2023 and newer). Its weights are zeros that it makes up, so only the
 * .param goes to the phone. Traps: it sets its threads' cores itself, over what taskset said; it computes in half floats
 * wherever the CPU can; it prints hundredths of a millisecond. Format: benchmark/benchncnn.cpp.
 */
import { EngineFailure } from "../../contract.js";
import type { PhoneTool, ToolRun, ToolTimes } from "./tool.js";

const powersave = { all: 0, little: 1, big: 2 } as const;

export const ncnn: PhoneTool = {
  engine: "ncnn",
  binary: "benchncnn",
  libraries: [],
  source: "build it from ncnn's sources with the Android NDK (-DNCNN_BUILD_BENCHMARK=ON, -DNCNN_VULKAN=ON for the GPU)",
  format: "ncnn",
  processors: ["cpu", "gpu"],
  precisions: ["fp32", "fp16", "int8"],
  options: [],
  timingReason: "benchncnn has no profiler: a kernel is a model of its own",
  limitsTime: false,
  unpack: async (model) => unpackNcnn(model),
  refuses({ processor, precision }, features) {
    const half = processor === "gpu" || features.includes("asimdhp");
    if (precision === "fp32" && half) return "benchncnn computes in half floats on this phone: say fp16";
    if (precision === "fp16" && !half) return "this phone's CPU has no arithmetic in half floats: say fp32";
    return undefined;
  },
  arguments: ({ model, shapes, settings, threads, runs }: ToolRun) => [
    String(runs),
    String(threads),
    String(powersave[(settings.options.cores ?? "big") as keyof typeof powersave]),
    settings.processor === "gpu" ? "0" : "-1",
    "0", // Cooling down is the gate's business.
    `param=${model}.param`,
    `shape=${shapes}`,
  ],
  readTimes: readNcnnTimes,
  refusal:
    /load_param|layer .* not (exists|registered)|param is too old|input \d+ tensors|shape empty|find_blob_index/i,
};

/** `               model  min =   36.25  max =   38.47  avg =   37.28`; milliseconds. */
export function readNcnnTimes(output: string): ToolTimes {
  const found = /min =\s*([\d.]+)\s+max =\s*([\d.]+)\s+avg =\s*([\d.]+)/.exec(output);
  // A network that could not be loaded has nothing to run and takes no time at all.
  if (/layer .* not (exists|registered)|param is too old|load_param .*failed|find_blob_index_by_name/i.test(output))
    throw new EngineFailure("rejected", output.trim().slice(-300));
  if (found === null) throw new EngineFailure("nonsense", `benchncnn printed no timings: ${output.trim().slice(-300)}`);
  const [minMs, maxMs, averageMs] = found.slice(1).map(Number) as [number, number, number];
  return { minMs, maxMs, averageMs };
}

const magic = "litepred-ncnn ";

/** The .param text of our writer's file, and the inputs' sizes from the inside out, as ncnn's Mat takes them: `[w,h,c],…`. */
export function unpackNcnn(model: Uint8Array) {
  const text = (from: number, to: number) => Buffer.from(model.subarray(from, to)).toString("utf8");
  const line = model.indexOf(10);
  const head = text(0, Math.max(0, line));
  if (!head.startsWith(magic)) throw new EngineFailure("rejected", "not a model of litepred's ncnn writer");
  const size = Number(head.slice(magic.length));
  const param = text(line + 1, line + 1 + size);
  return { files: { param: model.subarray(line + 1, line + 1 + size) }, shapes: inputShapes(param) };
}

/** `Input name 0 1 blob 0=w 1=h 11=d 2=c`. */
function inputShapes(param: string): string {
  const inputs = param.split("\n").filter((line) => line.startsWith("Input "));
  return inputs
    .map((line) => {
      const sizes = new Map(
        line.split(/\s+/).flatMap((word) => (word.includes("=") ? [word.split("=") as [string, string]] : [])),
      );
      return `[${["0", "1", "11", "2"].flatMap((key) => sizes.get(key) ?? []).join(",")}]`;
    })
    .join(",");
}
