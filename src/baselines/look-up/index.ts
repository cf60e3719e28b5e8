/**
 * Operator look-up table (as ProxylessNAS, ICLR 2019, and FBNet, CVPR 2019, use one): what was measured of each kernel, added up.
 *
 * Differs: their tables have every operator of one space; of what ours lacks, the nearest config of the same type (in the logarithms of its
 * columns) stands in, scaled by FLOPs, and of a type that it lacks the line over all types.
 */
import { extractFeatures, featureNames, type Kernel } from "../../kernels/index.js";
import { type ArchitectureFit, type MeasuredKernels, sumOfKernels } from "../architectures.js";
import { fitGeneral } from "../nn-meter/index.js";

export function fitLookUp(measured: readonly MeasuredKernels[]): ArchitectureFit {
  const tables = new Map(
    measured.filter(({ configs }) => configs.length > 0).map((rows) => [rows.type, openTable(rows)]),
  );
  const general = fitGeneral(measured);
  return sumOfKernels((type, kernels) => {
    const table = tables.get(type);
    return Float64Array.from(kernels, (kernel) => table?.(kernel) ?? general(kernel));
  });
}

function openTable({ type, configs, latenciesMs }: MeasuredKernels): (kernel: Kernel) => number {
  const columns = featureNames(type, "published").length;
  const logs = (wanted: readonly Kernel["config"][]) =>
    extractFeatures(type, wanted, "published").map((v) => Math.log1p(v));
  const rows = logs(configs);
  const flopsColumn = featureNames(type, "published").indexOf("FLOPs (M)");
  const known = new Map<string, number>();
  return (kernel) => {
    const key = JSON.stringify(kernel.config);
    let found = known.get(key);
    if (found === undefined) {
      const own = logs([kernel.config]);
      const { row, distance } = nearest(rows, columns, own);
      const growth = distance === 0 ? 0 : own[flopsColumn]! - rows[row * columns + flopsColumn]!;
      found = latenciesMs[row]! * Math.exp(growth);
      known.set(key, found);
    }
    return found;
  };
}

function nearest(rows: Float32Array, columns: number, own: Float32Array): { row: number; distance: number } {
  let best = { row: 0, distance: Number.POSITIVE_INFINITY };
  for (let row = 0; row * columns < rows.length; row++) {
    let distance = 0;
    for (let j = 0; j < columns; j++) distance += (rows[row * columns + j]! - own[j]!) ** 2;
    if (distance < best.distance) best = { row, distance };
  }
  return best;
}
