/**
 * Architectures of any space as rows of one width, for the baselines that know no kernels' latencies: how many kernels there are of each
 * type, and their FLOPs. Stands for the encodings that BRP-NAS and HELP have for each space of their own.
 */
import type { KernelList } from "../../baselines/index.js";
import type { Samples } from "../../learning/index.js";

export interface Encoding {
  readonly columns: number;
  encode(architectures: readonly KernelList[]): Samples;
}

/** Columns for every kernel type of `all`, scaled to about 1. */
export function fitEncoding(all: readonly KernelList[]): Encoding {
  const types = [...new Set(all.flatMap(({ kernels }) => kernels.map(({ type }) => type)))].sort();
  const columnOf = new Map(types.map((type, i) => [type, 2 * i]));
  const columns = 2 * types.length;
  const raw = (architectures: readonly KernelList[]) => {
    const x = new Float32Array(architectures.length * columns);
    for (const [i, { kernels }] of architectures.entries())
      for (const { type, flops } of kernels) {
        const column = columnOf.get(type);
        if (column === undefined) continue;
        x[i * columns + column]! += 1;
        x[i * columns + column + 1]! += flops / 1e6;
      }
    return x;
  };
  const most = new Float32Array(columns).fill(1e-9);
  for (const [i, value] of raw(all).entries()) most[i % columns] = Math.max(most[i % columns]!, value);
  return {
    columns,
    encode: (architectures) => ({
      rows: architectures.length,
      inputs: { x: raw(architectures).map((value, i) => value / most[i % columns]!) },
    }),
  };
}
