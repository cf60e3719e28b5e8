/** Smooth unconstrained minimisation by L-BFGS (Nocedal and Wright, ch. 7) with a backtracking line search. */

/** Value (Infinity where undefined) and gradient at a point. */
export type Objective = (point: Float64Array) => { value: number; gradient: Float64Array };

interface Correction {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

const MEMORY = 8;
/** Steps that gain less than this share of the value are the last. */
const usualGain = 1e-7;

/** `onStep` may throw to stop early. Never returns a point worse than `start`. */
export function minimise(
  objective: Objective,
  start: Float64Array,
  iterations: number,
  onStep: (iteration: number, value: number) => void = () => {},
  leastGain = usualGain,
): { point: Float64Array; value: number } {
  let point = start;
  let { value, gradient } = objective(point);
  const corrections: Correction[] = [];
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const direction = descent(gradient, corrections);
    const next = lineSearch(objective, point, value, gradient, direction);
    if (next === undefined) break;
    const gain = value - next.value;
    remember(corrections, point, gradient, next);
    ({ point, value, gradient } = next);
    onStep(iteration, value);
    if (gain < leastGain * (1 + Math.abs(value))) break;
  }
  return { point, value };
}

function inner(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

/** The two-loop recursion: −H·gradient. */
function descent(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const q = Float64Array.from(gradient);
  const weights: number[] = [];
  for (const { step, change, curvature } of [...corrections].reverse()) {
    const weight = inner(step, q) / curvature;
    weights.push(weight);
    for (let i = 0; i < q.length; i++) q[i] = q[i]! - weight * change[i]!;
  }
  const last = corrections.at(-1);
  const scale = last ? last.curvature / inner(last.change, last.change) : 1 / Math.max(1, Math.sqrt(inner(q, q)));
  for (let i = 0; i < q.length; i++) q[i] = q[i]! * scale;
  for (const { step, change, curvature } of corrections) {
    const correction = weights.pop()! - inner(change, q) / curvature;
    for (let i = 0; i < q.length; i++) q[i] = q[i]! + correction * step[i]!;
  }
  return q.map((x) => -x);
}

function lineSearch(
  objective: Objective,
  point: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
): { point: Float64Array; value: number; gradient: Float64Array } | undefined {
  const slope = inner(gradient, direction);
  if (!(slope < 0)) return undefined;
  for (let length = 1; length > 1e-6; length *= 0.4) {
    const candidate = point.map((x, i) => x + length * direction[i]!);
    const result = objective(candidate);
    if (result.value <= value + 1e-4 * length * slope) return { point: candidate, ...result };
  }
  return undefined;
}

function remember(
  corrections: Correction[],
  point: Float64Array,
  gradient: Float64Array,
  next: { point: Float64Array; gradient: Float64Array },
): void {
  const step = next.point.map((x, i) => x - point[i]!);
  const change = next.gradient.map((g, i) => g - gradient[i]!);
  const curvature = inner(step, change);
  // A backtracking search does not ensure positive curvature; a pair without it would spoil the approximation.
  if (curvature <= 1e-10 * inner(change, change)) return;
  corrections.push({ step, change, curvature });
  if (corrections.length > MEMORY) corrections.shift();
}
