/**
 * A real target, recorded: some of its measured kernels and whole architectures may be looked at, others are the test.
 * Kernels are adapted from the pool's predictors, summed, corrected on the architectures looked at, and compared on
 * architectures that no step has seen.
 */
import { createRandom } from "../../base/index.js";
import { intervalCoverage, type LatencyMetrics, latencyMetrics } from "../../evaluation/index.js";
import { type Detection, type KernelConfig, kernelTypeOf } from "../../kernels/index.js";
import {
  createPlatformPredictor,
  fitCorrection,
  fitGeneralRoofline,
  type KernelPredictor,
  noCorrection,
  type PlatformPredictor,
} from "../../predictors/index.js";
import {
  type AdaptationKernel,
  type AdaptedKernel,
  isPredictable,
  type Source,
  type TransferMethod,
} from "../../transfer/index.js";

/** One measured architecture. */
export interface MeasuredArchitecture {
  readonly space: string;
  readonly detection: Detection;
  readonly measuredMs: number;
}

export interface TestArchitecture extends MeasuredArchitecture {
  /** A second measurement, minutes later, of some. */
  readonly againMs?: number;
}

export interface MeasuredKernel {
  readonly config: KernelConfig;
  /** Undefined: it could not be run. */
  readonly latencyMs?: number;
}

export interface RealTarget {
  readonly platform: string;
  readonly kernels: ReadonlyMap<string, readonly MeasuredKernel[]>;
  readonly architectures: readonly MeasuredArchitecture[];
  readonly test: readonly TestArchitecture[];
}

export interface ArchitectureTransferRequest {
  readonly target: RealTarget;
  readonly sources: readonly PlatformPredictor[];
  readonly method: TransferMethod;
  /** Kernels and whole architectures that may be looked at. */
  readonly kernels: number;
  readonly architectures: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

export interface ArchitectureMetrics extends LatencyMetrics {
  readonly intervalCoverage: number;
  /** The plain sum over kernels, without the correction. */
  readonly sumWithin10: number;
}

export interface ArchitectureTransferResult {
  readonly measurementsUsed: number;
  readonly donors: Readonly<Record<string, readonly string[]>>;
  readonly weak: Readonly<Record<string, string>>;
  /** Of the kernels looked at, estimated by leaving them out. */
  readonly overall: ArchitectureMetrics;
  readonly spaces: Readonly<Record<string, ArchitectureMetrics>>;
  readonly seconds: number;
}

export async function runArchitectureTransfer(
  request: ArchitectureTransferRequest,
): Promise<ArchitectureTransferResult> {
  const started = performance.now();
  const { target, sources, method, seed } = request;
  const known = new Map(
    [...target.kernels].map(([type, rows]) => [type, new Map(rows.map((row) => [JSON.stringify(row.config), row]))]),
  );
  const adaptation = await method.adapt({
    kernels: adaptationKernels(target, sources),
    budget: request.kernels,
    seed,
    ...(request.signal ? { signal: request.signal } : {}),
    measure: async (requests) =>
      requests.map(({ type, config }) => {
        const latencyMs = known.get(type)?.get(JSON.stringify(config))?.latencyMs;
        return latencyMs === undefined
          ? { status: "failed", reason: "could not be run" }
          : { status: "measured", latencyMs };
      }),
  });
  const plain = await summingPredictor(target, adaptation.kernels);
  const chosen = createRandom(`${seed}/architectures`).shuffle(target.architectures).slice(0, request.architectures);
  const seen = await plain.predictAll(chosen.map(({ detection }) => detection));
  const correction = fitCorrection(seen.map(({ kernels }, i) => ({ kernels, measuredMs: chosen[i]!.measuredMs })));
  const predictor = createPlatformPredictor({ ...plain, correction });
  const predicted = await predictor.predictAll(target.test.map(({ detection }) => detection));
  const metricsOf = (rows: readonly number[]): ArchitectureMetrics => {
    const measured = rows.map((row) => target.test[row]!.measuredMs);
    const of = (value: (row: number) => number) => latencyMetrics(rows.map(value), measured);
    return {
      ...of((row) => predicted[row]!.latencyMs),
      sumWithin10: of((row) => predicted[row]!.sumMs).within10,
      intervalCoverage: intervalCoverage(
        rows.map((row) => predicted[row]!.interval),
        measured,
      ),
    };
  };
  const all = target.test.map((_, row) => row);
  const spaces = [...new Set(target.test.map(({ space }) => space))];
  return {
    measurementsUsed: adaptation.measurementsUsed + chosen.length,
    donors: Object.fromEntries([...adaptation.kernels].map(([type, { donors }]) => [type, donors])),
    weak: Object.fromEntries(
      [...adaptation.kernels].flatMap(([type, { weak }]) => (weak === undefined ? [] : [[type, weak]])),
    ),
    overall: metricsOf(all),
    spaces: Object.fromEntries(
      spaces.map((space) => [space, metricsOf(all.filter((row) => target.test[row]!.space === space))]),
    ),
    seconds: (performance.now() - started) / 1000,
  };
}

export type NoiseCeiling = Pick<LatencyMetrics, "within5" | "within10" | "rmseMs">;

/**
 * How well the second measurement of architectures agrees with the first. Each space counts by its share of them, however many of
 * it were measured twice. Undefined where none was.
 */
export function noiseCeiling(test: readonly TestArchitecture[]): NoiseCeiling | undefined {
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

function adaptationKernels(target: RealTarget, sources: readonly PlatformPredictor[]): AdaptationKernel[] {
  return [...target.kernels].map(([type, rows]) => ({
    type: kernelTypeOf(type),
    candidates: rows.map(({ config }) => config),
    sources: sources.flatMap((source): Source[] => {
      const predictor = source.kernels.get(type);
      return predictor ? [{ platform: source.platform, latencies: (configs) => predictor.predict(configs) }] : [];
    }),
  }));
}

/** The adapted kernels as a platform's predictors, without a correction. */
async function summingPredictor(
  { platform, kernels: rows }: RealTarget,
  adaptedKernels: ReadonlyMap<string, AdaptedKernel>,
): Promise<PlatformPredictor> {
  const kernels = [...adaptedKernels].filter(([, adapted]) => isPredictable(adapted));
  const sets = [];
  for (const [type, adapted] of kernels) {
    const configs = (rows.get(type) ?? []).map(({ config }) => config);
    const predictions = await adapted.predict(configs);
    sets.push({ type, configs, latenciesMs: predictions.map(({ latencyMs }) => latencyMs) });
  }
  return createPlatformPredictor({
    platform,
    kernels: new Map(kernels.map(([type, adapted]) => [type, kernelPredictor(type, adapted)])),
    correction: noCorrection,
    general: fitGeneralRoofline(sets),
  });
}

function kernelPredictor(type: string, adapted: AdaptedKernel): KernelPredictor {
  const { mape = Number.NaN, within5 = 0, within10 = 0 } = adapted.estimate ?? {};
  return {
    type,
    recipe: "adapted",
    samples: adapted.measured,
    heldOut: { n: adapted.measured, mape, within5, within10, rmseMs: Number.NaN },
    halfWidth: () => Number.NaN,
    predict: async (configs) => Float64Array.from(await adapted.predict(configs), (prediction) => prediction.latencyMs),
    outOfRange: () => undefined,
    async release() {},
  };
}
