/** A RunningEngine on top of a child process that speaks the wire protocol; shared by all engines that have one. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { naming } from "../../base/index.js";
import {
  EngineFailure,
  type EngineSettings,
  type PreparedModel,
  type RunningEngine,
  type TimingPlan,
} from "../contract.js";
import { type ChildCommand, type EngineChild, startChild } from "./child.js";
import { pin } from "./pinning.js";
import { makeScratch } from "./scratch.js";
import { decodeFloats, encodeFloats } from "./wire.js";

export interface TimeLimits {
  readonly prepareMs: number;
  /** Added to the time that a plan asks for. */
  readonly timeMs: number;
}
const usualLimits: TimeLimits = { prepareMs: 60_000, timeMs: 30_000 };

/**
 * Starts an engine's child, pinned to a quiet core where the system can pin and the processor is the CPU.
 * @param extension of model files, as the engine wants it
 */
export async function startChildEngine(
  command: ChildCommand,
  settings: EngineSettings,
  extension: string,
  limits: TimeLimits = usualLimits,
): Promise<RunningEngine> {
  const threads = Number(settings.options.threads ?? 1);
  const pinned = settings.processor === "cpu" ? await pin(command, threads) : { command };
  const scratch = await makeScratch();
  const { folder } = scratch;
  let child: EngineChild | undefined;
  let models = 0;
  return {
    pinnedCore: pinned.core,
    async prepare(model, use = {}) {
      if (!child?.alive) {
        child = startChild(pinned.command);
        scratch.adopt(child.pid);
      }
      const path = join(folder, `model${models++}.${extension}`);
      naming(path, () => writeFileSync(path, model));
      try {
        const request = { method: "prepare", model: path, profile: use.profile ?? false, settings } as const;
        const { handle } = await child.ask(request, use.timeoutMs ?? limits.prepareMs);
        return preparedModel(child, handle, path, limits);
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      }
    },
    async close() {
      await child?.close();
      await scratch.remove();
    },
  };
}

function preparedModel(child: EngineChild, handle: number, path: string, limits: TimeLimits): PreparedModel {
  // Warm-up runs are not limited by maxMs, hence the factor.
  const limit = (plan: TimingPlan) => limits.timeMs + 4 * plan.maxMs;
  return {
    async time(plan) {
      const { wallMs } = await child.ask({ method: "time", handle, plan }, limit(plan));
      return checkPlausible(wallMs);
    },
    async operators() {
      const { operators } = await child.ask({ method: "operators", handle }, limits.timeMs);
      return operators;
    },
    async run(inputs) {
      const encoded = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, encodeFloats(values)]));
      const { outputs } = await child.ask({ method: "run", handle, inputs: encoded }, limits.timeMs);
      return Object.fromEntries(Object.entries(outputs).map(([name, text]) => [name, decodeFloats(text)]));
    },
    async release() {
      rmSync(path, { force: true });
      if (child.alive) await child.ask({ method: "release", handle }, limits.timeMs);
    },
  };
}

/** No engine runs a model in no time: a clock that stands still means that nothing was computed. */
function checkPlausible(wallMs: readonly number[]): readonly number[] {
  if (wallMs.every((time) => time === 0)) throw new EngineFailure("nonsense", "every run took 0 ms");
  return wallMs;
}
