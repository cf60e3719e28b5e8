/** How far kernels may be off, added up to how far their model may be: each is taken to be off in full, and its part of the sum grows by that. */
import type { Interval } from "./types.js";

/** Milliseconds that may be missing, and that may be too many. */
export interface Doubt {
  upMs: number;
  downMs: number;
}

export const noDoubt = (): Doubt => ({ upMs: 0, downMs: 0 });

/** @param width ln units */
export function addDoubt(doubt: Doubt, latencyMs: number, width: number): void {
  if (width === 0) return;
  doubt.upMs += latencyMs * (Math.exp(width) - 1);
  doubt.downMs += latencyMs * (1 - Math.exp(-width));
}

/** @param halfWidth of the correction, ln units; @param sumMs plain sum of the kernels in doubt and the others */
export function intervalAround(
  latencyMs: number,
  halfWidth: number,
  sumMs: number,
  { upMs, downMs }: Doubt,
): Omit<Interval, "level"> {
  const [down, up] = sumMs > 0 ? [-Math.log(1 - downMs / sumMs), Math.log(1 + upMs / sumMs)] : [0, 0];
  return {
    lowMs: latencyMs * Math.exp(-Math.hypot(halfWidth, down)),
    highMs: latencyMs * Math.exp(Math.hypot(halfWidth, up)),
  };
}
