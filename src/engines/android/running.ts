/**
 * A RunningEngine whose model runs in the engine's own tool on a phone. The tools print statistics, not single runs: the
 * timed runs of a plan are spread over a few starts of the tool, and each start's typical run counts as one "run" here.
 */
import {
  EngineFailure,
  type EngineSettings,
  type PreparedModel,
  type RunningEngine,
  type TimingPlan,
} from "../contract.js";
import { type Gate, phoneDevice } from "./device.js";
import type { PhoneSession } from "./session.js";
import { failureOf, type PhoneTool, type ToolRun, type ToolTimes, type UnpackContext } from "./tools/tool.js";

/** Starts of the tool that a plan's runs are spread over. Choice: as few as still tell a disturbed one. */
const starts = 3;
/** The runs that the tool's profiler sees: it cannot be asked what it saw in others. Choice. */
const profiling: TimingPlan = { warmup: 2, runs: 90, maxMs: 3000 };
/** Loading a model takes some tenths of a second: turns are not shorter. Choice. */
const turnMs = 300;
/** For loading a model, and for one run of a slow one; `LITEPRED_ANDROID_TIMEOUT_S` changes it. Choice. */
const usualLoadS = 60;

export interface RunningPhone {
  readonly session: PhoneSession;
  readonly tool: PhoneTool;
  readonly settings: EngineSettings;
  readonly context: UnpackContext;
  readonly gate: Gate;
}

export function runOnPhone({ session, tool, settings, context, gate }: RunningPhone): RunningEngine {
  const threads = Number(settings.options.threads ?? 1);
  const loadMs = 1000 * Number(process.env.LITEPRED_ANDROID_TIMEOUT_S ?? usualLoadS);
  let models = 0;
  const invoke = async (run: Omit<ToolRun, "settings" | "threads">): Promise<string> => {
    const limit = loadMs + 4 * run.maxMs;
    const result = await session.runTool(tool.binary, tool.arguments({ ...run, settings, threads }), limit);
    if (result.exitCode !== 0) throw failureOf(tool, result);
    return `${result.stdout}\n${result.stderr}`;
  };
  return {
    device: phoneDevice(session, gate),
    turnMs,
    async prepare(model, use = {}) {
      const name = `m${models++}`;
      const { files, shapes = "" } = await tool.unpack(model, context);
      const base = { model: name, shapes, profile: false };
      try {
        for (const [ending, bytes] of Object.entries(files))
          await session.pushModel(`${name}.${ending}`, bytes, use.timeoutMs ?? loadMs);
        // One run at once: a model that does not load is known here, and how long a run takes.
        const first = tool.readTimes(await invoke({ ...base, warmup: 0, runs: 1, maxMs: loadMs / 4 }));
        return prepared(tool, base, first, invoke, () => session.removeModels(`${name}.*`));
      } catch (error) {
        if (error instanceof EngineFailure) await session.removeModels(`${name}.*`);
        throw error;
      }
    },
    close: () => session.close(),
  };
}

type Invoke = (run: Omit<ToolRun, "settings" | "threads">) => Promise<string>;

function prepared(
  tool: PhoneTool,
  base: Pick<ToolRun, "model" | "shapes" | "profile">,
  first: ToolTimes,
  invoke: Invoke,
  release: () => Promise<void>,
): PreparedModel {
  return {
    async time(plan) {
      const times: number[] = [];
      for (const run of startsOf(plan, first, tool.limitsTime)) {
        const { medianMs, averageMs } = tool.readTimes(await invoke({ ...base, ...run }));
        times.push(medianMs ?? averageMs);
      }
      return plausible(times);
    },
    async operators() {
      if (tool.readOperators === undefined)
        throw new EngineFailure("rejected", `${tool.binary} does not tell times by operator`);
      const [run] = startsOf(profiling, first, tool.limitsTime);
      return tool.readOperators(await invoke({ ...base, ...run!, profile: true }));
    },
    async run() {
      throw new EngineFailure("rejected", `${tool.binary} does not hand out what it computes`);
    },
    release,
  };
}

/** A plan's runs in equal parts; where the tool knows no time limit, as many as fit by what the first run took. */
export function startsOf(
  plan: TimingPlan,
  first: ToolTimes,
  limitsTime: boolean,
): Pick<ToolRun, "warmup" | "runs" | "maxMs">[] {
  const count = Math.min(starts, plan.runs);
  const maxMs = plan.maxMs / count;
  const fitting = Math.max(1, Math.floor(maxMs / Math.max(first.minMs, 1e-3)));
  const runs = Math.max(1, Math.ceil(plan.runs / count));
  return Array.from({ length: count }, () => ({
    warmup: plan.warmup,
    runs: limitsTime ? runs : Math.min(runs, fitting),
    maxMs,
  }));
}

/** No engine runs a model in no time; benchncnn's hundredths of a millisecond do not reach kernels shorter than that. */
function plausible(times: readonly number[]): readonly number[] {
  if (times.every((time) => time === 0)) throw new EngineFailure("nonsense", "every run took 0 ms");
  return times;
}
