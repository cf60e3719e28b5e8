/** Whole models → outcomes, by a protocol. */
import { getOrCreate } from "../base/index.js";
import type { Conditions, Outcome } from "../measurements/index.js";
import { modelPlan } from "./protocol.js";
import { timeModels } from "./session.js";
import { measureWindows, type WindowRequest } from "./windows.js";

export interface MeasuredModel {
  readonly index: number;
  readonly outcome: Outcome;
  readonly conditions: Conditions;
}

/** Models measured beside each other: few enough that an interruption loses little. Choice. */
const modelsPerWindow = 6;
/** Models that are loaded side by side: their turns then lie further apart, at the price of memory. Choice. */
const modelsPerSession = 2;

/** Each model's outcome as soon as its window is finished; `load(i)` gives the bytes in the engine's format. */
export async function* measureModelFiles(
  request: WindowRequest,
  count: number,
  load: (index: number) => Uint8Array,
): AsyncGenerator<MeasuredModel> {
  const { engine, protocol, signal } = request;
  // Written once for all sessions of a window: writing a model takes as long as timing it.
  const files = new Map<number, Uint8Array>();
  const plan = modelPlan(protocol, engine.running.turnMs);
  const all = Array.from({ length: count }, (_, i) => i);
  const windows = measureWindows(
    request,
    chunks(all, modelsPerWindow),
    (of) => chunks(of, modelsPerSession),
    (of) =>
      timeModels(
        engine,
        of.map((index) => () => getOrCreate(files, index, () => load(index))),
        plan,
        signal,
      ),
  );
  for await (const { outcomes, conditions } of windows) {
    files.clear();
    for (const { index, outcome } of outcomes) yield { index, outcome, conditions };
  }
}

export const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
