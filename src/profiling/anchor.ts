/** The anchor: one fixed kernel measured again and again, to see whether the machine is still as fast as it was. */
import { median, quantile } from "../base/index.js";
import { estimate } from "../engines/index.js";
import { createGraphBuilder, type Graph } from "../graph/index.js";
import type { Protocol } from "../measurements/index.js";
import { type SessionEngine, timeModel } from "./kernel-session.js";

/** A 3×3 convolution of 28×28, 64 → 64 channels: about 0.3 ms on a server core, exercises arithmetic and cache. Choice. */
export function anchorGraph(): Graph {
  const b = createGraphBuilder("anchor");
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };
  return b.build([b.node("Conv", [b.input("x", [1, 64, 28, 28]), b.constant([64, 64, 3, 3])], attributes)]);
}

/** How well repeated measurements of the same kernel agree. Ratios. */
export interface Noise {
  readonly latencyMs: number;
  /** Of all pairs of sessions: median relative difference, and its 95th percentile. */
  readonly medianDifference: number;
  readonly p95Difference: number;
  /** Share of pairs that agree within ±5 % and ±10 %: what the best predictor could reach here. */
  readonly within5: number;
  readonly within10: number;
  readonly sessions: number;
}

/** Sessions of the anchor for about `ms` milliseconds, at least three. @throws EngineFailure */
export async function measureNoise(
  engine: Pick<SessionEngine, "running" | "encode">,
  protocol: Protocol,
  ms: number,
): Promise<Noise> {
  const model = engine.encode(anchorGraph());
  const estimates: number[] = [];
  const until = performance.now() + ms;
  while (estimates.length < 3 || performance.now() < until)
    estimates.push(estimate(await timeModel(engine, model, { ...protocol, tolerance: 0 }), protocol.estimator));
  return noiseOf(estimates);
}

/** @param estimates of at least two sessions of the same thing */
export function noiseOf(estimates: readonly number[]): Noise {
  const differences = estimates.flatMap((a, i) => estimates.slice(i + 1).map((b) => Math.abs(a - b) / Math.min(a, b)));
  const share = (limit: number) => differences.filter((difference) => difference <= limit).length / differences.length;
  return {
    latencyMs: median(estimates),
    medianDifference: median(differences),
    p95Difference: quantile(differences, 0.95),
    within5: share(0.05),
    within10: share(0.1),
    sessions: estimates.length,
  };
}
