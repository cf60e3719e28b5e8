/**
 * How likely a latency lies above a limit, given the intervals of a prediction at several levels. ln(latency ÷ predicted) is taken to be
 * as likely above 0 as below (conformal intervals are symmetric in ln). The half width at level p is the normal score of (1 + p) ÷ 2;
 * between levels scores are interpolated, beyond the widest they go on along the ray through it. Where all levels are equally wide
 * (no whole model was measured on the platform), the 90 % one alone counts: a log-normal law.
 */
import { usualLevel } from "../base/index.js";
import type { Interval } from "../predictors/index.js";

/** Levels to ask a prediction for. Choice: dense where limits of a gate lie. */
export const askedLevels: readonly number[] = [0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95];

/** P(latency > limit), 0–1. @param intervals of one prediction; their levels need no order */
export function probabilityAbove(limitMs: number, latencyMs: number, intervals: readonly Interval[]): number {
  const distance = Math.log(limitMs / latencyMs);
  return upperTail(Math.sign(distance) * scoreOf(Math.abs(distance), widthsOf(latencyMs, intervals)));
}

/** The same for an estimate with a standard error, relative: measured latencies. */
export function probabilityAboveMeasured(limitMs: number, latencyMs: number, relativeError: number): number {
  const distance = Math.log(limitMs / latencyMs);
  if (relativeError > 0) return upperTail(distance / relativeError);
  return distance < 0 ? 1 : 0;
}

interface Width {
  readonly width: number;
  readonly score: number;
}

function widthsOf(latencyMs: number, intervals: readonly Interval[]): Width[] {
  const all = intervals
    .map(({ level, highMs }) => ({ level, width: Math.log(highMs / latencyMs), score: normalScore((1 + level) / 2) }))
    .sort((a, b) => a.level - b.level);
  const rising = all.filter(({ width }, i) => i === 0 || width > all[i - 1]!.width);
  if (rising.length > 1 || all.length === 0) return rising;
  return all.filter(({ level }) => level === usualLevel).slice(0, 1);
}

function scoreOf(distance: number, widths: readonly Width[]): number {
  let before: Width = { width: 0, score: 0 };
  for (const next of widths) {
    if (distance <= next.width) {
      const share = (distance - before.width) / (next.width - before.width);
      return before.score + share * (next.score - before.score);
    }
    before = next;
  }
  return before.width > 0 ? (distance / before.width) * before.score : Number.POSITIVE_INFINITY;
}

/** P(Z > z) of a standard normal Z; absolute error below 1e-7. Source: Abramowitz & Stegun 26.2.17. */
export function upperTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}

/** z with P(Z ≤ z) = p, for p from a half to below 1: by halving, exact to 1e-6. */
export function normalScore(p: number): number {
  let [low, high] = [0, 12];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (1 - upperTail(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
