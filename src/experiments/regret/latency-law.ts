/**
 * The latency of whole architectures from few measurements: the logarithm is linear in what the architecture is made of and in the
 * logarithms of other devices' latencies, as the log-linear baseline has it for kernels, with a penalty. The scatter is that of rows
 * left out.
 */
import { leaveOutFolds, median } from "../../base/index.js";
import { type Matrix, ridgeRegression } from "../../learning/index.js";

export interface FittedLatency {
  /** ln ms of every architecture. */
  readonly logs: Float64Array;
  /** Standard deviation of ln ms, from the median of the errors: single wild measurements do not widen it. */
  readonly scatter: number;
}

/** Latencies below this, in shares of the median, are of networks that do nothing: their logarithm must not rule the fit. Choice. */
const floorShare = 0.02;

/** Columns of mean 0 and deviation 1. */
export function lawColumns(features: Matrix, sourcesMs: readonly Float64Array[]): Matrix {
  const columns = features.columns + sourcesMs.length;
  const values = new Float64Array(features.rows * columns);
  for (let i = 0; i < features.rows; i++) {
    for (let j = 0; j < features.columns; j++) values[i * columns + j] = features.values[i * features.columns + j]!;
  }
  for (const [s, ms] of sourcesMs.entries()) {
    const logs = logsOf(ms, median(ms) * floorShare);
    for (let i = 0; i < features.rows; i++) values[i * columns + features.columns + s] = logs[i]!;
  }
  return standardised({ rows: features.rows, columns, values });
}

const logsOf = (ms: ArrayLike<number>, floorMs: number) => Float64Array.from(ms, (value) => Math.log(value + floorMs));

function standardised({ rows, columns, values }: Matrix): Matrix {
  const out = Float64Array.from(values);
  for (let j = 0; j < columns; j++) {
    let [total, squares] = [0, 0];
    for (let i = 0; i < rows; i++) total += values[i * columns + j]!;
    const mean = total / rows;
    for (let i = 0; i < rows; i++) squares += (values[i * columns + j]! - mean) ** 2;
    const deviation = Math.sqrt(squares / rows) || 1;
    for (let i = 0; i < rows; i++) out[i * columns + j] = (values[i * columns + j]! - mean) / deviation;
  }
  return { rows, columns, values: out };
}

/** Per measurement, on standardised columns. Among 1 and 10 regrets do not differ. Choice. */
const penalty = 3;
const folds = 3;
/** Times the median of absolute errors: the deviation of a normal law. */
const medianToDeviation = 1.4826;
const leastScatter = 0.01;

/** @param measured index of each measured architecture, whose ms stand in `latenciesMs` */
export function fitLatency(columns: Matrix, measured: readonly number[], latenciesMs: Float64Array): FittedLatency {
  const floorMs = floorShare * median(measured.map((i) => latenciesMs[i]!));
  const fit = (rows: readonly number[]) =>
    ridgeRegression(
      rowsOf(columns, rows),
      logsOf(
        rows.map((i) => latenciesMs[i]!),
        floorMs,
      ),
      { penalty },
    );
  const errors = leaveOutFolds(measured, folds).flatMap(({ kept, left }) => {
    const law = fit(kept);
    const actual = logsOf(
      left.map((i) => latenciesMs[i]!),
      floorMs,
    );
    return left.map((i, k) => Math.abs(lawAt(law, columns, i) - actual[k]!));
  });
  const law = fit(measured);
  const logs = Float64Array.from({ length: columns.rows }, (_, i) =>
    Math.log(Math.max(Math.exp(lawAt(law, columns, i)) - floorMs, floorMs / 1000)),
  );
  return { logs, scatter: Math.max(leastScatter, medianToDeviation * median(errors)) };
}

function rowsOf({ columns, values }: Matrix, rows: readonly number[]): Matrix {
  const out = new Float64Array(rows.length * columns);
  for (const [to, from] of rows.entries())
    out.set(values.subarray(from * columns, from * columns + columns), to * columns);
  return { rows: rows.length, columns, values: out };
}

function lawAt(
  { intercept, coefficients }: { intercept: number; coefficients: Float64Array },
  { columns, values }: Matrix,
  row: number,
): number {
  let value = intercept;
  for (let j = 0, at = row * columns; j < columns; j++, at++) value += coefficients[j]! * values[at]!;
  return value;
}
