/**
 * nn-Meter (Zhang, Han, Wei, Zheng, Cao, Yang and Liu, MobiSys 2021): a random forest for each kernel type on its raw config, FLOPs and
 * parameters; a model is the plain sum of its kernels, found by the fusion rules of its engine. Its adaptive sampler chooses what
 * is measured (`sampling/adaptive.ts`).
 *
 * Differs: hyper-parameters are those of its convolutions (320 trees, six columns a split) for all types; a type of fewer than
 * `fewest` rows, or none, is estimated by a line in the FLOPs of all measured kernels, so that it does not cost 0 ms.
 */
import type { Kernel } from "../../kernels/index.js";
import { extractFeatures, featureNames } from "../../kernels/index.js";
import { nonNegativeLeastSquares, type RandomForest, trainRandomForest } from "../../learning/index.js";
import { type ArchitectureFit, type MeasuredKernels, sumOfKernels } from "../architectures.js";

const forestOptions = { trees: 320, columnsPerSplit: 6 };
/** Measured kernels of a type, for a forest of its own. Choice. */
const fewest = 10;

export interface NnMeterOptions {
  readonly seed: number;
  /** Fewer trees, for tests. */
  readonly trees?: number;
  readonly signal?: AbortSignal | undefined;
}

export function fitNnMeter(measured: readonly MeasuredKernels[], options: NnMeterOptions): ArchitectureFit {
  const forests = new Map<string, RandomForest>();
  for (const { type, configs, latenciesMs } of measured) {
    if (configs.length < fewest) continue;
    const set = { x: rawColumns(type, configs), y: latenciesMs };
    forests.set(type, trainRandomForest(set, { ...forestOptions, ...options }));
  }
  const general = fitGeneral(measured);
  return sumOfKernels((type, kernels) => {
    const forest = forests.get(type);
    if (forest === undefined) return Float64Array.from(kernels, general);
    return forest.predict(
      rawColumns(
        type,
        kernels.map(({ config }) => config),
      ),
    );
  });
}

function rawColumns(type: string, configs: readonly Kernel["config"][]) {
  const columns = featureNames(type, "published").length;
  return { rows: configs.length, columns, values: extractFeatures(type, configs, "published") };
}

/** a + b·FLOPs over the kernels of all types. */
export function fitGeneral(measured: readonly MeasuredKernels[]): (kernel: Pick<Kernel, "flops">) => number {
  const flops = measured.flatMap(({ type, configs }) => configs.map((config) => flopsOf(type, config)));
  const latencies = measured.flatMap(({ latenciesMs }) => latenciesMs);
  if (latencies.length === 0) return () => 0;
  const values = Float64Array.from(flops.flatMap((one) => [1, one]));
  const weights = latencies.map((ms) => 1 / (ms * ms));
  const [a = 0, b = 0] = nonNegativeLeastSquares({ rows: flops.length, columns: 2, values }, latencies, weights);
  return (kernel) => a + b * kernel.flops;
}

/** The column of the raw features that has the FLOPs, in millions. */
function flopsOf(type: string, config: Kernel["config"]): number {
  const names = featureNames(type, "published");
  return 1e6 * extractFeatures(type, [config], "published")[names.indexOf("FLOPs (M)")]!;
}
