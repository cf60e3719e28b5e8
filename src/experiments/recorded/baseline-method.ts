/** A closed-form baseline behind the contract of transfer methods: the same representative configs, one fit, intervals by cross-validation. */
import { conformalQuantile, LitepredError, leaveOutFolds, relativeErrorOfLog, usualLevel } from "../../base/index.js";
import type { Baseline, BaselineRows } from "../../baselines/index.js";
import type { KernelConfig } from "../../kernels/index.js";
import {
  type AdaptationKernel,
  type AdaptedKernel,
  describeKernel,
  fitConfigColumns,
  type KernelRecord,
  runAdaptationLoop,
  type TransferMethod,
} from "../../transfer/index.js";

/** For the intervals, by errors of rows held out. Choice. */
const folds = 10;

export function createBaselineMethod(name: string, summary: string, baseline: Baseline): TransferMethod {
  return {
    name,
    summary,
    async adapt(task) {
      const { session, fits, rounds } = await runAdaptationLoop(task, {
        spaces: task.kernels.map(({ type, candidates }) => fitConfigColumns(type, candidates)(candidates).smooth),
        rounds: [1],
        fit: (record) => fitBaseline(baseline, record),
      });
      const kernels = session.records.map((record, k) => {
        const type = record.kernel.type.name;
        return [type, adaptedKernel(record, fits[k])] as const;
      });
      return { method: name, kernels: new Map(kernels), measurementsUsed: session.used(), rounds };
    },
  };
}

interface Fit {
  readonly heldOutErrors: readonly number[];
  /** |ln(predicted ÷ measured)| of the same rows. */
  readonly logErrors: readonly number[];
  predict(configs: readonly KernelConfig[]): Promise<Float64Array>;
}

async function baselineRows(
  { type, sources }: AdaptationKernel,
  configs: readonly KernelConfig[],
): Promise<BaselineRows> {
  const sourcesMs: Float64Array[] = [];
  for (const source of sources) sourcesMs.push(await source.latencies(configs));
  return { type, configs, sourcesMs };
}

function selectBaselineRows(rows: BaselineRows, wanted: readonly number[]): BaselineRows {
  return {
    type: rows.type,
    configs: wanted.map((i) => rows.configs[i]!),
    sourcesMs: rows.sourcesMs.map((ms) => Float64Array.from(wanted, (i) => ms[i]!)),
  };
}

async function fitBaseline(baseline: Baseline, { kernel, measured, logs }: KernelRecord): Promise<Fit> {
  const rows = await baselineRows(
    kernel,
    measured.map((row) => kernel.candidates[row]!),
  );
  const latencies = logs.map(Math.exp);
  const fit = baseline(rows, latencies);
  const heldOut = crossValidate(baseline, rows, latencies);
  return {
    heldOutErrors: heldOut.map(relativeErrorOfLog),
    logErrors: heldOut.map(Math.abs),
    predict: async (configs) => fit(await baselineRows(kernel, configs)),
  };
}

/** ln(predicted ÷ measured) of each row, by fits without it; empty for a single row. */
function crossValidate(baseline: Baseline, rows: BaselineRows, latencies: readonly number[]): number[] {
  if (latencies.length < 2) return [];
  const errors = latencies.map(() => 0);
  const all = latencies.map((_, i) => i);
  for (const { kept, left } of leaveOutFolds(all, Math.min(folds, all.length))) {
    const ofKept = kept.map((i) => latencies[i]!);
    const predicted = baseline(selectBaselineRows(rows, kept), ofKept)(selectBaselineRows(rows, left));
    for (const [k, i] of left.entries()) errors[i] = Math.log(predicted[k]! / latencies[i]!);
  }
  return errors;
}

function adaptedKernel(record: KernelRecord, fit: Fit | undefined): AdaptedKernel {
  const described = describeKernel(record, fit?.heldOutErrors ?? []);
  const errors = [...(fit?.logErrors ?? [])].sort((a, b) => a - b);
  return {
    donors: record.kernel.sources.map((source) => source.platform),
    ...described,
    async predict(configs, level = usualLevel) {
      if (fit === undefined)
        throw new LitepredError(
          "no-predictor",
          `kernel type "${record.kernel.type.name}": ${described.weak ?? "not fitted"}`,
        );
      const factor = Math.exp(conformalQuantile(errors, level));
      return Array.from(await fit.predict(configs), (ms) => ({
        latencyMs: ms,
        lowMs: ms / factor,
        highMs: ms * factor,
      }));
    },
  };
}
