/**
 * The search: generation by generation, each from a stream of chance of its own, so that a state that was kept goes on to the same end.
 * Where the budgets cannot be met it ends as soon as nothing comes nearer.
 */
import { createRandom, LitepredError } from "../base/index.js";
import { smallest } from "./descent.js";
import { type Candidate, candidateOf, evaluate, evaluateAgain } from "./evaluate.js";
import { type MethodOptions, type SearchMethodName, searchMethods } from "./methods.js";
import { advance, firstState, restate, type SearchState } from "./state.js";
import type { Individual, SearchProblem } from "./types.js";

export interface SearchOptions extends Partial<MethodOptions> {
  readonly method?: SearchMethodName | undefined;
  /** Architectures to evaluate, in whole generations. */
  readonly evaluations: number;
  readonly seed: number | string;
  readonly signal?: AbortSignal | undefined;
}

/** As OFA's own search: population 100, a quarter are parents, a tenth of the genes mutate. */
export const defaultMethodOptions: MethodOptions = { population: 100, parents: 0.25, mutation: 0.1 };

/** Generations without coming nearer to the budgets, before it is given up. Choice. */
const patience = 20;

/** Yields the state after each generation. @throws LitepredError `interrupted`. */
export async function* searchFrom<A>(
  problem: SearchProblem<A>,
  options: SearchOptions,
  from?: SearchState,
): AsyncGenerator<SearchState, void> {
  const { method = "nsga2", evaluations, seed, signal, ...given } = options;
  const settings = { ...defaultMethodOptions, ...given };
  const { survive } = searchMethods[method];
  const proposalsOf = proposer(problem, method, settings, seed);
  let state = from ?? (await begin(problem, options, settings));
  if (from === undefined) yield state;
  while (state.evaluated < evaluations && !isHopeless(state)) {
    if (signal?.aborted) throw new LitepredError("interrupted", "the search was interrupted");
    const { population } = state;
    const proposals = proposalsOf(state);
    if (proposals.length === 0) return;
    const children = await evaluate(problem, proposals);
    state = advance(state, survive(population, children, settings), children);
    yield state;
  }
}

/** What each generation evaluates, by the state before it. Where accuracies are a list, that list in turn: nothing else is known. */
function proposer<A>(
  { space, accuracy }: SearchProblem<A>,
  method: SearchMethodName,
  settings: MethodOptions,
  seed: number | string,
): (state: SearchState) => Candidate<A>[] {
  if (accuracy.architectures !== undefined) {
    const list = createRandom(`${seed}/list`).shuffle(accuracy.architectures);
    const count = settings.population;
    return ({ generation }) =>
      list.slice((generation - 1) * count, generation * count).map((one) => candidateOf(space, one));
  }
  const { propose } = searchMethods[method];
  return ({ generation, population }) => {
    const random = createRandom(`${seed}/${generation}`);
    return distinct(space, settings.population, population, () => propose(space, population, random, settings));
  };
}

/** Equal to none of the population and of each other, where that can be had in some draws. */
function distinct<A>(
  space: SearchProblem<A>["space"],
  count: number,
  population: readonly Individual[],
  draw: () => A,
): Candidate<A>[] {
  const seen = new Set(population.map(keyOf));
  return Array.from({ length: count }, () => {
    let candidate = candidateOf(space, draw());
    for (let again = 0; again < mostRedraws && seen.has(keyOf(candidate)); again++)
      candidate = candidateOf(space, draw());
    seen.add(keyOf(candidate));
    return candidate;
  });
}

/** Option numbers are small: a character each. */
const keyOf = ({ vector }: Pick<Individual, "vector">): string => String.fromCharCode(...vector);

/** Small spaces run out of what is new. Choice. */
const mostRedraws = 5;

const isHopeless = ({ archive, generation, nearest }: SearchState) =>
  archive.length === 0 && generation - nearest.generation >= patience;

async function begin<A>(
  problem: SearchProblem<A>,
  { method = "nsga2", seed }: SearchOptions,
  settings: MethodOptions,
): Promise<SearchState> {
  const random = createRandom(`${seed}/first`);
  const { space } = problem;
  const drawn = Array.from({ length: settings.population }, () => candidateOf(space, space.sample(random)));
  const least = await smallest(problem, random);
  const population = await evaluate(problem, drawn);
  return firstState(searchMethods[method].survive([], [...population, ...least], settings), [...population, ...least]);
}

/** The state under predictors that have changed. */
export async function restateUnder<A>(problem: SearchProblem<A>, state: SearchState): Promise<SearchState> {
  return restate(state, await evaluateAgain(problem, state.population), await evaluateAgain(problem, state.archive));
}
