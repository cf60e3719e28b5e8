/**
 * Residuals of low rank over platforms (Pitot: Lu, Rajendran, Sinha et al., 2024): ln latency = what the config takes everywhere + what the
 * platform takes of everything + an interaction of low rank. The factors are those of the sources; a target has loadings of its own.
 *
 * Differs: Pitot learns the embeddings of configs and platforms by a network; here factors are principal directions of the sources'
 * centred logarithms, and loadings are ridge regression on what was measured.
 */
import { type Matrix, ridgeRegression } from "../learning/index.js";
import type { Baseline, BaselineRows } from "./rows.js";

/** Choice: three measured rows tell a loading. */
const mostFactors = 3;
const rowsPerFactor = 3;
/** In units of the rows' variance. Choice. */
const penalty = 0.1;
const steps = 60;

export const lowRank: Baseline = (rows, latenciesMs) => {
  const sources = rows.sourcesMs.length;
  const logs = logsOf(rows);
  const means = Float64Array.from(
    { length: sources },
    (_, s) => logs.reduce((sum, row) => sum + row[s]!, 0) / logs.length,
  );
  const count = Math.min(mostFactors, Math.max(0, sources - 1), Math.floor(logs.length / rowsPerFactor));
  const directions = principal(
    logs.map((row) => interaction(row, means)),
    sources,
    count,
  );
  const factorsOf = (wanted: BaselineRows): { base: number[]; x: Matrix } => {
    const own = logsOf(wanted);
    const base = own.map(meanOf);
    const scores = own.map((row) => {
      const centred = interaction(row, means);
      return directions.map((direction) => direction.reduce((sum, d, s) => sum + d * centred[s]!, 0));
    });
    // The slope on what the config takes everywhere is one more loading, shrunk towards 1 with the rest towards 0.
    const values = Float64Array.from(scores.flatMap((score, i) => [base[i]!, ...score]));
    return { base, x: { rows: own.length, columns: 1 + count, values } };
  };
  const { base, x } = factorsOf(rows);
  const residuals = Array.from(latenciesMs, (ms, i) => Math.log(ms) - base[i]!);
  const fit = ridgeRegression(x, residuals, { penalty });
  return (wanted) => {
    const fresh = factorsOf(wanted);
    return Float64Array.from({ length: fresh.x.rows }, (_, i) => {
      let log = fresh.base[i]! + fit.intercept;
      for (let j = 0; j < fresh.x.columns; j++) log += fit.coefficients[j]! * fresh.x.values[i * fresh.x.columns + j]!;
      return Math.exp(log);
    });
  };
};

const logsOf = ({ configs, sourcesMs }: BaselineRows): number[][] =>
  configs.map((_, i) => sourcesMs.map((ms) => Math.log(ms[i]!)));

const meanOf = (row: readonly number[]): number =>
  row.length === 0 ? 0 : row.reduce((sum, log) => sum + log, 0) / row.length;

/** What neither the config nor the platform explains. */
function interaction(row: readonly number[], means: Float64Array): number[] {
  const [own, all] = [meanOf(row), meanOf([...means])];
  return row.map((log, s) => log - own - (means[s]! - all));
}

/** Directions of most variance, by power iteration with those found before taken out. */
function principal(rows: readonly (readonly number[])[], columns: number, count: number): number[][] {
  const found: number[][] = [];
  for (let f = 0; f < count; f++) {
    let v = Array.from({ length: columns }, (_, s) => 1 / (1 + s + f));
    for (let step = 0; step < steps; step++) {
      const next = new Array<number>(columns).fill(0);
      for (const row of rows) {
        const score = row.reduce((sum, value, s) => sum + value * v[s]!, 0);
        for (let s = 0; s < columns; s++) next[s]! += score * row[s]!;
      }
      for (const other of found) {
        const along = next.reduce((sum, value, s) => sum + value * other[s]!, 0);
        for (let s = 0; s < columns; s++) next[s]! -= along * other[s]!;
      }
      const length = Math.hypot(...next);
      if (length < 1e-12) return found;
      v = next.map((value) => value / length);
    }
    found.push(v);
  }
  return found;
}
