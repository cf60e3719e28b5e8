/**
 * Latency as a line in FLOPs, or in FLOPs and parameters, fitted on architectures measured whole: the proxy that papers use, and the
 * weaker baseline of LitePred's table. Non-negative, weighted for relative error.
 */
import { nonNegativeLeastSquares } from "../../learning/index.js";
import type { ArchitectureFit, KernelList, MeasuredArchitecture } from "../architectures.js";

export function fitFlopsModel(measured: readonly MeasuredArchitecture[], withParams: boolean): ArchitectureFit {
  const matrix = (architectures: readonly KernelList[]) => {
    const rows = architectures.map(({ kernels }) => {
      const sum = (of: "flops" | "params") => kernels.reduce((total, kernel) => total + kernel[of], 0);
      return withParams ? [1, sum("flops"), sum("params")] : [1, sum("flops")];
    });
    return { rows: rows.length, columns: withParams ? 3 : 2, values: Float64Array.from(rows.flat()) };
  };
  const latencies = measured.map(({ measuredMs }) => measuredMs);
  const weights = latencies.map((ms) => 1 / (ms * ms));
  const fit = nonNegativeLeastSquares(matrix(measured.map(({ detection }) => detection)), latencies, weights);
  return (architectures) => {
    const { values, columns } = matrix(architectures);
    return Float64Array.from(architectures, (_, i) =>
      fit.reduce((total, slope, j) => total + slope * values[i * columns + j]!, 0),
    );
  };
}
