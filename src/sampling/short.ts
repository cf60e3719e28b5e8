/** Bounds on kernels that are measured alone: larger ones take longer than they tell. */
import { footprint } from "../graph/index.js";
import { elementsInAll, type KernelConfig, type KernelType } from "../kernels/index.js";

/** A kernel may read little of what it is given (a slice, a lookup): what lies in memory counts too, twice as much of it. */
export function isWithin(
  row: KernelType,
  config: KernelConfig,
  { mostElements, mostFlops }: { readonly mostElements: number; readonly mostFlops: number },
): boolean {
  if (elementsInAll(row, config) > mostElements || row.flops(config) > mostFlops) return false;
  return row.graph === undefined || footprint(row.graph(config)) <= 2 * mostElements;
}
