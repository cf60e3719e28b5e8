/**
 * The smallest that a space can get, gene by gene: whether a budget can be met at all is known before the search begins, and the search
 * starts with what can meet it.
 */
import { LitepredError, type Random } from "../base/index.js";
import { type Candidate, candidateOf, evaluate } from "./evaluate.js";
import type { Individual, SearchProblem } from "./types.js";

/** Passes over the genes; latencies of blocks hardly depend on each other, so that the second finds little. Choice. */
const mostPasses = 4;
const draws = 20;

/** Smallest latency on each platform that has a budget, and the least sum of latency ÷ budget where there are several. */
export async function smallest<A>(problem: SearchProblem<A>, random: Random): Promise<Individual[]> {
  const limited = problem.platforms.flatMap(({ maxMs }, i) => (maxMs === undefined ? [] : [{ i, maxMs }]));
  if (limited.length === 0) return [];
  const drawn = await evaluate(
    problem,
    Array.from({ length: draws }, () => candidateOf(problem.space, problem.space.sample(random))),
  );
  const scores: Score[] = limited.map(
    ({ i }) =>
      ({ limitedMs }) =>
        limitedMs[i]!,
  );
  if (limited.length > 1)
    scores.push(({ limitedMs }) => limited.reduce((total, { i, maxMs }) => total + limitedMs[i]! / maxMs, 0));
  const found: Individual[] = [];
  for (const score of scores) found.push(await descend(problem, leastOf(drawn, score), score));
  return found;
}

type Score = (individual: Individual) => number;

async function descend<A>(problem: SearchProblem<A>, start: Individual, score: Score): Promise<Individual> {
  const { optionCounts = [] } = problem.space;
  let best = start;
  for (let pass = 0; pass < mostPasses; pass++) {
    const before = best;
    for (const [position, count] of optionCounts.entries())
      best = await bestOption(problem, best, position, count, score);
    if (best === before) break;
  }
  return best;
}

async function bestOption<A>(
  problem: SearchProblem<A>,
  best: Individual,
  position: number,
  count: number,
  score: Score,
): Promise<Individual> {
  const { space } = problem;
  const others = Array.from({ length: count }, (_, option) => best.vector.with(position, option)).filter(
    (vector) => vector[position] !== best.vector[position],
  );
  const candidates = others.flatMap((vector) => decodeIfValid(space, vector));
  return leastOf([best, ...(await evaluate(problem, candidates))], score);
}

/** A space with conditions has vectors that encode nothing. */
function decodeIfValid<A>(space: SearchProblem<A>["space"], vector: readonly number[]): Candidate<A>[] {
  try {
    return [candidateOf(space, space.decode(vector))];
  } catch (error) {
    if (error instanceof LitepredError) return [];
    throw error;
  }
}

const leastOf = (individuals: readonly Individual[], score: Score) =>
  individuals.reduce((best, other) => (score(other) < score(best) ? other : best));
