/** Architectures → individuals: what the predictors say, as numbers to make small and a violation of the budgets. */
import type { AccuracyPrediction, Cost, Individual, ObjectiveName, SearchProblem } from "./types.js";

export interface Prediction {
  readonly accuracy: AccuracyPrediction;
  /** In the order of the platforms. */
  readonly costs: readonly Cost[];
}

/** With intervals if a level is given. In the order of the architectures. */
export async function predictArchitectures<A>(
  { accuracy, platforms }: SearchProblem<A>,
  architectures: readonly A[],
  level?: number,
): Promise<Prediction[]> {
  const accuracies = await accuracy.predictAll(architectures, level);
  const costs: (readonly Cost[])[] = [];
  for (const { predictor } of platforms) costs.push(await predictor.predictAll(architectures, level));
  return architectures.map((_, i) => ({ accuracy: accuracies[i]!, costs: costs.map((ofPlatform) => ofPlatform[i]!) }));
}

/** An architecture, and as its space encodes it. */
export interface Candidate<A> {
  readonly architecture: A;
  readonly vector: readonly number[];
}

export const candidateOf = <A>(space: SearchProblem<A>["space"], architecture: A): Candidate<A> => ({
  architecture,
  vector: space.encode(architecture),
});

export async function evaluate<A>(
  problem: SearchProblem<A>,
  candidates: readonly Candidate<A>[],
): Promise<Individual[]> {
  const predictions = await predictArchitectures(
    problem,
    candidates.map(({ architecture }) => architecture),
    problem.sure ? problem.level : undefined,
  );
  return candidates.map(({ vector }, i) => {
    const limitedMs = predictions[i]!.costs.map((cost) => (problem.sure ? cost.highMs : cost.latencyMs));
    const prediction = known(predictions[i]!);
    return {
      vector,
      values: valuesOf(prediction, problem.objectives),
      limitedMs,
      violation: violationOf(problem, limitedMs) + (prediction === predictions[i] ? 0 : unknownViolation),
    };
  });
}

/** The same individuals under predictors that have changed. */
export const evaluateAgain = <A>(problem: SearchProblem<A>, individuals: readonly Individual[]) =>
  evaluate(
    problem,
    individuals.map(({ vector }) => ({ architecture: problem.space.decode(vector), vector })),
  );

/** Of what no accuracy is known: worse than any missed budget, so that it is never chosen. */
const unknownViolation = 1e6;

const known = (prediction: Prediction): Prediction =>
  Number.isNaN(prediction.accuracy.accuracy)
    ? { ...prediction, accuracy: { accuracy: 0, lowAccuracy: 0, highAccuracy: 0 } }
    : prediction;

function valuesOf({ accuracy, costs }: Prediction, objectives: readonly ObjectiveName[]): number[] {
  return objectives.flatMap((objective) => {
    switch (objective) {
      case "accuracy":
        return [0 - accuracy.accuracy];
      case "latency":
        return costs.map(({ latencyMs }) => latencyMs);
      case "macs":
      case "params":
        return [costs[0]![objective]];
      default:
        return objective satisfies never;
    }
  });
}

function violationOf<A>({ platforms }: SearchProblem<A>, limitedMs: readonly number[]): number {
  let violation = 0;
  for (const [i, { maxMs }] of platforms.entries())
    if (maxMs !== undefined) violation += Math.max(0, limitedMs[i]! / maxMs - 1);
  return violation;
}
