/**
 * The volume that a front dominates up to a reference point, objectives to be made small (Zitzler & Thiele 1998). Two objectives by a
 * sweep; more by slicing along the last one, which is exact and quick enough for fronts of some hundreds in three or four.
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  return volume(
    points.filter((point) => point.every((value, k) => value < reference[k]!)),
    reference,
    reference.length,
  );
}

/** Of the first `dimensions` coordinates. */
function volume(points: readonly (readonly number[])[], reference: readonly number[], dimensions: number): number {
  if (points.length === 0) return 0;
  if (dimensions === 1) return reference[0]! - Math.min(...points.map(([value]) => value!));
  if (dimensions === 2) return area(points, reference);
  const last = dimensions - 1;
  const order = [...points].sort((a, b) => a[last]! - b[last]!);
  let total = 0;
  for (const [i, point] of order.entries()) {
    const depth = (order[i + 1]?.[last] ?? reference[last]!) - point[last]!;
    if (depth > 0) total += depth * volume(order.slice(0, i + 1), reference, last);
  }
  return total;
}

function area(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const order = [...points].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  let total = 0;
  let lowest = reference[1]!;
  for (const [x, y] of order) {
    if (y! >= lowest) continue;
    total += (reference[0]! - x!) * (lowest - y!);
    lowest = y!;
  }
  return total;
}
