/**
 * What an engine's own benchmark tool is to us: which file it is, which arguments it takes, and what its output says. One
 * file for each engine beside this one; how it gets onto the phone and is run there is the same for all (../running.ts).
 */
import type { Precision, Processor } from "../../../platforms/index.js";
import { type EngineDescription, EngineFailure, type EngineSettings, type OperatorTime } from "../../contract.js";
import type { ShellResult } from "../link.js";

export interface PhoneTool {
  /** Engine of the platform id. */
  readonly engine: string;
  /** The executable that the user supplies. */
  readonly binary: string;
  /** Further files without which it does not start. */
  readonly libraries: readonly string[];
  /** Where to get it, in one sentence. */
  readonly source: string;
  readonly format: EngineDescription["format"];
  readonly processors: readonly Processor[];
  readonly precisions: readonly Precision[];
  /** Besides those of every phone (threads, cores, freq). */
  readonly options: EngineDescription["options"];
  readonly timingReason: string;
  /** True where warm-up and timed runs end by time, too; else the number of runs is chosen from a first run. */
  readonly limitsTime: boolean;
  /** Files for the phone from a model in our format. @throws EngineFailure `rejected` */
  unpack(model: Uint8Array, context: UnpackContext): Promise<ModelFiles>;
  /** Why this phone cannot run these settings as they say; undefined where it can. */
  refuses?(settings: EngineSettings, features: readonly string[]): string | undefined;
  /** Arguments; paths are relative to the folder that holds the model. */
  arguments(run: ToolRun): readonly string[];
  /** @throws EngineFailure `nonsense` where the output is not understood. */
  readTimes(output: string): ToolTimes;
  /** Absent where the tool has no profiler. @throws EngineFailure `nonsense` */
  readOperators?(output: string): OperatorTime[];
  /** A sentence of the output with which the tool refuses a model. */
  readonly refusal: RegExp;
}

export interface UnpackContext {
  /** Workspace folder. */
  readonly home: string;
  /** Folder of the tool's files on this machine. */
  readonly tools: string;
}

export interface ModelFiles {
  /** By the ending of the file's name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Shapes of the inputs as the tool wants to hear them, where it does. */
  readonly shapes?: string;
}

export interface ToolRun {
  /** Name of the model on the phone, without ending. */
  readonly model: string;
  readonly shapes: string;
  readonly settings: EngineSettings;
  readonly threads: number;
  readonly warmup: number;
  readonly runs: number;
  readonly maxMs: number;
  readonly profile: boolean;
}

/** Milliseconds; the tools print statistics, not single runs. */
export interface ToolTimes {
  readonly averageMs: number;
  readonly medianMs?: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Timed runs, where told. */
  readonly runs?: number;
}

/** Why a tool that ended with an error did so. */
export function failureOf(tool: PhoneTool, { exitCode, stdout, stderr }: ShellResult): EngineFailure {
  const said = `${stdout}\n${stderr}`.trim();
  const tail = said.slice(-400);
  if (/bad_alloc|out of memory|cannot allocate memory/i.test(said)) return new EngineFailure("out-of-memory", tail);
  // Android's low-memory killer sends SIGKILL, as nothing else on an idle phone does.
  if (exitCode === 137) return new EngineFailure("out-of-memory", `${tool.binary} was killed: ${tail}`);
  if (exitCode > 128)
    return new EngineFailure(
      "crash",
      `${tool.binary} died of signal ${exitCode - 128}${tail === "" ? "" : `: ${tail}`}`,
    );
  if (tool.refusal.test(said)) return new EngineFailure("rejected", tail);
  return new EngineFailure("crash", `${tool.binary} ended with code ${exitCode}: ${tail}`);
}
