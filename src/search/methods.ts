/**
 * How a population begets the next: proposals, and who survives. All are fed by constraint domination, so that no budget is ever met
 * by rejecting draws. Genes that depend on others are put right by the space, whose architectures are canonical.
 */
import type { Random } from "../base/index.js";
import type { Space } from "../spaces/index.js";
import { selectBest } from "./domination.js";
import type { Individual } from "./types.js";

export interface MethodOptions {
  readonly population: number;
  /** Share of the population that begets the next. */
  readonly parents: number;
  /** Probability that a gene is drawn anew. */
  readonly mutation: number;
}

export interface SearchMethod {
  propose<A>(space: Space<A>, population: readonly Individual[], random: Random, options: MethodOptions): A;
  survive(population: readonly Individual[], children: readonly Individual[], options: MethodOptions): Individual[];
}

/** Less violation first, then the first objective. */
const compareBest = (a: Individual, b: Individual) => a.violation - b.violation || a.values[0]! - b.values[0]!;

/** Half mutants, half crossings, as in OFA's own search. */
function offspring<A>(space: Space<A>, pick: () => Individual, random: Random, { mutation }: MethodOptions): A {
  const decode = ({ vector }: Individual) => space.decode(vector);
  if (random.next() < 0.5) return space.mutate(decode(pick()), random, mutation);
  return space.cross(decode(pick()), decode(pick()), random);
}

/** Deb et al. 2002. The survivors are ordered best first, so a tournament is won by the smaller index. */
const nsga2: SearchMethod = {
  propose(space, population, random, options) {
    const tournament = () => {
      const [a, b] = [random.integer(population.length), random.integer(population.length)];
      return population[Math.min(a, b)]!;
    };
    const parents = [tournament(), tournament()].map(({ vector }) => space.decode(vector));
    // Crossing alone brings nothing new once the population agrees. Half of the children change less: that polishes. Choices.
    const child = random.next() < 0.9 ? space.cross(parents[0]!, parents[1]!, random) : parents[0]!;
    return space.mutate(child, random, random.next() < 0.5 ? options.mutation : options.mutation / 3);
  },
  survive: (population, children, options) => selectBest([...population, ...children], options.population),
};

/** OFA's own search (Cai et al. 2020): the best share of the population stays and begets the rest. */
const evolution: SearchMethod = {
  propose: (space, population, random, options) =>
    offspring(space, () => population[random.integer(parentsOf(population, options))]!, random, options),
  survive: (population, children, options) =>
    [...population.slice(0, parentsOf(population, options)), ...children]
      .sort(compareBest)
      .slice(0, options.population),
};

const parentsOf = (population: readonly Individual[], { parents }: MethodOptions) =>
  Math.max(1, Math.round(population.length * parents));

/** Real et al. 2019: the winner of a random share begets a mutant, and the oldest die. */
const regularised: SearchMethod = {
  propose(space, population, random, options) {
    let winner = population[random.integer(population.length)]!;
    for (let i = 1; i < parentsOf(population, options); i++) {
      const other = population[random.integer(population.length)]!;
      if (compareBest(other, winner) < 0) winner = other;
    }
    return space.mutate(space.decode(winner.vector), random, options.mutation);
  },
  survive: (population, children, options) => [...population, ...children].slice(-options.population),
};

const random: SearchMethod = {
  propose: (space, _, random) => space.sample(random),
  survive: (_, children) => [...children],
};

export const searchMethods = { nsga2, evolution, regularised, random } as const satisfies Record<string, SearchMethod>;
export type SearchMethodName = keyof typeof searchMethods;
export const searchMethodNames = Object.keys(searchMethods) as readonly SearchMethodName[];
