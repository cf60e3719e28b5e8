/**
 * How far kernels may be off, added up to how far their model may be. What is not known of a type is wrong for all of its kernels alike:
 * each is taken to be off in full, and its part of the sum grows by that. Errors by chance add up in squares.
 */
import { LitepredError } from "../base/index.js";
import type { Interval } from "./types.js";

/** Milliseconds that may be missing, and that may be too many; squares of those that are so by chance. */
export interface Doubt {
  upMs: number;
  downMs: number;
  chance: number;
}

export const noDoubt = (): Doubt => ({ upMs: 0, downMs: 0, chance: 0 });

/** @param width ln units */
export function addDoubt(doubt: Doubt, latencyMs: number, width: number): void {
  if (width === 0) return;
  doubt.upMs += latencyMs * (Math.exp(width) - 1);
  doubt.downMs += latencyMs * (1 - Math.exp(-width));
}

/** @param width ln units, of an error that says nothing of the next kernel's */
export function addChance(doubt: Doubt, latencyMs: number, width: number): void {
  doubt.chance += (latencyMs * width) ** 2;
}

/** The doubts of a part of a model, added to those of the whole. */
export function addDoubts(total: Doubt, part: Doubt): void {
  total.upMs += part.upMs;
  total.downMs += part.downMs;
  total.chance += part.chance;
}

/** A call of next to nothing takes 7 to 12 microseconds on one machine, by what else is in its caches. */
const callWidth = Math.log(1.7);

export interface Total {
  readonly latencyMs: number;
  /** Plain sum of the kernels, those in doubt and the others. */
  readonly sumMs: number;
  /** The part that the call takes. */
  readonly callMs: number;
}

/** No call costs less, where it was not measured: a model without any node takes 7 to 10 µs in onnxruntime-node 1.30 (two machines). */
const leastCallMs = 0.007;

/** @param callMs with the copies of the outputs */
export function totalOf(sumMs: number, factor: number, callMs: number): Total {
  const latencyMs = Math.max(sumMs * factor + callMs, leastCallMs);
  return { latencyMs, sumMs, callMs: latencyMs - sumMs * factor };
}

/** @throws LitepredError `corrupt-artefact` for what a predictor says that is no number of milliseconds. */
export function requireFinite(platform: string, what: string, ...milliseconds: readonly number[]): void {
  const odd = milliseconds.find((ms) => !Number.isFinite(ms));
  if (odd === undefined) return;
  const message = `the predictor of ${platform} gives ${odd} ms for ${what}`;
  throw new LitepredError("corrupt-artefact", message, "its numbers are absurd: train or export it again");
}

/** @param halfWidth of the correction, ln units */
export function intervalAround(
  { latencyMs, sumMs, callMs }: Total,
  halfWidth: number,
  { upMs, downMs, chance }: Doubt,
): Omit<Interval, "level"> {
  const [down, up] = sumMs > 0 ? [-Math.log(1 - downMs / sumMs), Math.log(1 + upMs / sumMs)] : [0, 0];
  const others = Math.hypot(halfWidth, sumMs > 0 ? Math.sqrt(chance) / sumMs : 0, (callWidth * callMs) / latencyMs);
  return {
    lowMs: latencyMs * Math.exp(-Math.hypot(others, down)),
    highMs: latencyMs * Math.exp(Math.hypot(others, up)),
  };
}
