/** How good a transferred platform is on networks that no step has seen, and how good it could be. Pure. */
import { intervalCoverage, intervalWidth, type LatencyMetrics, latencyMetrics } from "../../evaluation/index.js";
import type { Detection } from "../../kernels/index.js";
import type { ModelPrediction } from "../../predictors/index.js";
import type { MadeOn } from "../made-on.js";

/** One measured network. */
export interface MeasuredArchitecture {
  /** `<space>/<encoding>`. */
  readonly name?: string;
  readonly space: string;
  readonly detection: Detection;
  readonly measuredMs: number;
  /** A second measurement, minutes later, of some. */
  readonly againMs?: number | undefined;
}

export interface ArchitectureMetrics extends LatencyMetrics {
  readonly intervalCoverage: number;
  /** Relative to the middle, in the mean; absent in runs that an earlier version kept. */
  readonly intervalWidth?: number | undefined;
  /** The plain sum over kernels, without the correction. */
  readonly sumWithin10: number;
}

/** Over all of the test, and by space. Predictions and test are index-aligned. */
export function describeTest(predicted: readonly ModelPrediction[], test: readonly MeasuredArchitecture[]) {
  const metricsOf = (rows: readonly number[]): ArchitectureMetrics => {
    const measured = rows.map((row) => test[row]!.measuredMs);
    const of = (value: (row: number) => number) => latencyMetrics(rows.map(value), measured);
    const intervals = rows.map((row) => predicted[row]!.interval);
    return {
      ...of((row) => predicted[row]!.latencyMs),
      sumWithin10: of((row) => predicted[row]!.sumMs).within10,
      intervalCoverage: intervalCoverage(intervals, measured),
      intervalWidth: intervalWidth(intervals),
    };
  };
  const all = test.map((_, row) => row);
  const spaces = [...new Set(test.map(({ space }) => space))];
  return {
    overall: metricsOf(all),
    spaces: Object.fromEntries(
      spaces.map((space) => [space, metricsOf(all.filter((row) => test[row]!.space === space))]),
    ),
  };
}

export type NoiseCeiling = Pick<LatencyMetrics, "within5" | "within10" | "rmseMs">;

/**
 * How well the second measurement of networks agrees with the first. Each space counts by its share of them, however many of
 * it were measured twice. Undefined where none was.
 */
export function noiseCeiling(test: readonly MeasuredArchitecture[]): NoiseCeiling | undefined {
  const spaces = [...new Set(test.map(({ space }) => space))].flatMap((space) => {
    const own = test.filter((one) => one.space === space);
    const twice = own.filter(({ againMs }) => againMs !== undefined);
    if (twice.length === 0) return [];
    const metrics = latencyMetrics(
      twice.map(({ againMs }) => againMs!),
      twice.map(({ measuredMs }) => measuredMs),
    );
    return [{ weight: own.length, ...metrics }];
  });
  if (spaces.length === 0) return undefined;
  const total = spaces.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (of: (space: (typeof spaces)[number]) => number) =>
    spaces.reduce((sum, space) => sum + (space.weight * of(space)) / total, 0);
  return {
    within5: mean(({ within5 }) => within5),
    within10: mean(({ within10 }) => within10),
    rmseMs: Math.sqrt(mean(({ rmseMs }) => rmseMs ** 2)),
  };
}

export interface TransferCell {
  readonly target: string;
  readonly variant: string;
  readonly seed: number;
  readonly measurementsUsed: number;
  readonly donors: Readonly<Record<string, readonly string[]>>;
  readonly weak: Readonly<Record<string, string>>;
  readonly overall: ArchitectureMetrics;
  readonly spaces: Readonly<Record<string, ArchitectureMetrics>>;
  /** Of computing. */
  readonly seconds: number;
  /** Measuring what was looked at, estimated from the platform's own rates. */
  readonly minutes: number;
}

export interface TargetSummary {
  readonly target: string;
  readonly test: number;
  /** Second measurement of the test networks against the first. */
  readonly noise?: NoiseCeiling | undefined;
}

export interface NotTransferred {
  readonly target: string;
  readonly reason: string;
}

export interface EvaluatePlatformsReport extends MadeOn {
  readonly platforms: readonly string[];
  readonly targets: readonly TargetSummary[];
  readonly cells: readonly TransferCell[];
  /** What could not be transferred, and why. */
  readonly notRun: readonly NotTransferred[];
}
