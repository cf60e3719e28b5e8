/**
 * MindSpore Lite's `benchmark`. Models are converted to .ms on this machine by `converter_lite`, which the user puts
 * beside the tool (folder `host`). It prints shortest, longest and mean run; with --timeProfiling tables of operators.
 * Format: mindspore/lite/tools/benchmark/benchmark_{base,unified_api}.cc.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { LitepredError } from "../../../base/index.js";
import { EngineFailure, type OperatorTime } from "../../contract.js";
import { makeScratch } from "../../process/scratch.js";
import type { ModelFiles, PhoneTool, ToolRun, ToolTimes, UnpackContext } from "./tool.js";

export const mindsporeLite: PhoneTool = {
  engine: "mindspore-lite",
  binary: "benchmark",
  libraries: ["libmindspore-lite.so"],
  source:
    "take tools/benchmark/benchmark and runtime/lib/libmindspore-lite.so from the Android archive of MindSpore Lite's downloads page, and tools/converter with its lib folder from the Linux archive of the same version into host/",
  format: "onnx",
  processors: ["cpu", "gpu"],
  precisions: ["fp32", "fp16"],
  options: [],
  timingReason: "a kernel is a model of its own: the profiler's table has no order and merges nothing",
  limitsTime: false,
  unpack: convert,
  arguments: ({ model, settings, threads, warmup, runs, profile }: ToolRun) => [
    `--modelFile=${model}.ms`,
    `--device=${settings.processor.toUpperCase()}`,
    `--numThreads=${threads}`,
    `--enableFp16=${settings.precision === "fp16"}`,
    // The mask of taskset says where it runs.
    "--cpuBindMode=0",
    `--warmUpLoopCount=${warmup}`,
    `--loopCount=${runs}`,
    ...(profile ? ["--timeProfiling=true"] : []),
  ],
  readTimes: readMindsporeTimes,
  readOperators: readMindsporeOperators,
  refusal: /Run Benchmark .* Failed|Import model|Read model file failed|build (model )?failed|ModelPath/i,
};

/** `Model = m.ms, NumThreads = 1, MinRunTime = 1.23 ms, MaxRuntime = 1.5 ms, AvgRunTime = 1.3 ms`. */
export function readMindsporeTimes(output: string): ToolTimes {
  const found = /MinRunTime = ([\d.]+) ms, MaxRuntime = ([\d.]+) ms, AvgRunTime = ([\d.]+) ms/.exec(output);
  if (found === null) throw new EngineFailure("nonsense", `benchmark printed no timings: ${output.trim().slice(-300)}`);
  const [minMs, maxMs, averageMs] = found.slice(1).map(Number) as [number, number, number];
  return { minMs, maxMs, averageMs };
}

/** The table headed `opName avg(ms) percent calledTimes opTotalTime`; the operator's type is the front of its name. */
export function readMindsporeOperators(output: string): OperatorTime[] {
  const rows = /opName\s+avg\(ms\).*\n([\s\S]*?)(?:\n-{5,}|\nModel = |$)/.exec(output)?.[1];
  if (rows === undefined) throw new EngineFailure("nonsense", "benchmark printed no profile of operators");
  return rows
    .split("\n")
    .map((row) => row.split("\t").map((cell) => cell.trim()))
    .filter(([name = "", average]) => name !== "" && Number.isFinite(Number(average)))
    .map(([name = "", average]) => ({
      name,
      operator: /(?:^|\/)([A-Za-z0-9]+?)(?:Fusion)?(?:-op\d+)?$/.exec(name)?.[1] ?? name,
      timesMs: [Number(average)],
    }));
}

const converterTimeoutMs = 120_000;

async function convert(model: Uint8Array, { tools }: UnpackContext): Promise<ModelFiles> {
  const converter = join(tools, "host", "converter_lite");
  if (!existsSync(converter))
    throw new LitepredError(
      "engine-unavailable",
      `MindSpore Lite's converter is missing: ${converter}`,
      mindsporeLite.source,
    );
  const scratch = await makeScratch();
  const at = (name: string) => join(scratch.folder, name);
  try {
    // A full disk says nothing of the model, so it is no rejection.
    await writeFile(at("model.onnx"), model);
    await promisify(execFile)(
      converter,
      ["--fmk=ONNX", `--modelFile=${at("model.onnx")}`, `--outputFile=${at("model")}`],
      {
        timeout: converterTimeoutMs,
        env: { ...process.env, LD_LIBRARY_PATH: `${join(tools, "host", "lib")}:${process.env.LD_LIBRARY_PATH ?? ""}` },
      },
    ).catch(rejected);
    return { files: { ms: await readFile(at("model.ms")).catch(rejected) } };
  } finally {
    await scratch.remove();
  }
}

function rejected(error: Error): never {
  throw new EngineFailure("rejected", `converter_lite: ${error.message.slice(-400)}`);
}
