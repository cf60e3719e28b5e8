/**
 * Search spaces whose architectures are independent choices ("genes"): sampling, mutation, crossing and encoding follow
 * from the table of options, so a space only writes down its genes and its graph.
 */
import { LitepredError, type Random } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { buildChain } from "./kernel-lists.js";
import type { Choice, Segment, Space } from "./space.js";

/** A gene of several positions (blocks, stages, edges), each with its own options. */
export interface PositionedGene<T extends Choice = Choice> {
  readonly positions: readonly (readonly T[])[];
}
export type Genes = Readonly<Record<string, readonly Choice[] | PositionedGene>>;

export type ArchitectureOf<G extends Genes> = {
  readonly [K in keyof G]: G[K] extends readonly (infer T)[]
    ? T
    : G[K] extends PositionedGene<infer T>
      ? readonly T[]
      : Choice;
};

interface Named<G extends Genes> {
  readonly name: string;
  readonly summary: string;
  readonly genes: G;
  /** False for a position that has no effect (a block beyond its stage's depth): it is set to its first option. */
  active?(architecture: ArchitectureOf<G>, gene: keyof G & string, position: number): boolean;
}

/** The graph, or the chain of segments that it is made of. */
export type ChoiceSpaceDefinition<G extends Genes> = Named<G> &
  (
    | { graph(architecture: ArchitectureOf<G>): Graph }
    | { segments(architecture: ArchitectureOf<G>): readonly Segment[] }
  );

/** The same options at `length` positions. */
export const repeated = <const T extends Choice>(length: number, options: readonly T[]): PositionedGene<T> => ({
  positions: Array.from({ length }, () => options),
});

interface Slot {
  readonly gene: string;
  /** Undefined for a gene of one choice. */
  readonly position: number | undefined;
  readonly options: readonly Choice[];
}

export function createChoiceSpace<const G extends Genes>(
  definition: ChoiceSpaceDefinition<G>,
): Space<ArchitectureOf<G>> {
  type A = ArchitectureOf<G>;
  const slots = Object.entries(definition.genes).flatMap(([gene, options]): Slot[] =>
    "positions" in options
      ? options.positions.map((choices, position) => ({ gene, position, options: choices }))
      : [{ gene, position: undefined, options }],
  );
  const invalid = (what: string) =>
    new LitepredError("invalid-config", `${definition.name}: ${what}`, "draw one with `sample` to see the form");

  const assemble = (choose: (slot: Slot, index: number) => Choice): A => {
    const architecture: Record<string, Choice | Choice[]> = {};
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index]!;
      const choice = choose(slot, index);
      if (slot.position === undefined) architecture[slot.gene] = choice;
      else if (slot.position === 0) architecture[slot.gene] = [choice];
      else (architecture[slot.gene] as Choice[]).push(choice);
    }
    return architecture as A;
  };
  const choiceAt = (architecture: A, slot: Slot): Choice => {
    const value = architecture[slot.gene] as Choice | readonly Choice[] | undefined;
    return (slot.position === undefined ? value : (value as readonly Choice[] | undefined)?.[slot.position]) as Choice;
  };
  const canonical = (architecture: A): A => {
    if (definition.active === undefined) return architecture;
    const choices = slots.map((slot) => choiceAt(architecture, slot));
    let isChanged = false;
    for (const [i, slot] of slots.entries()) {
      if (choices[i] === slot.options[0] || definition.active(architecture, slot.gene, slot.position ?? 0)) continue;
      choices[i] = slot.options[0]!;
      isChanged = true;
    }
    return isChanged ? assemble((_, i) => choices[i]!) : architecture;
  };
  const indexOf = (architecture: A, slot: Slot): number => {
    const index = slot.options.indexOf(choiceAt(architecture, slot));
    if (index < 0) {
      const where = slot.position === undefined ? slot.gene : `${slot.gene}[${slot.position}]`;
      throw invalid(`${where} is ${choiceAt(architecture, slot)}, not one of ${slot.options.join(", ")}`);
    }
    return index;
  };

  const requireOptions = (architecture: A) => {
    for (const slot of slots) indexOf(architecture, slot);
  };

  return {
    name: definition.name,
    summary: definition.summary,
    sample: (random) => canonical(assemble((slot) => random.pick(slot.options))),
    mutate: (architecture, random, rate) =>
      canonical(assemble((slot) => (random.next() < rate ? random.pick(slot.options) : choiceAt(architecture, slot)))),
    cross: (a, b, random: Random) => canonical(assemble((slot) => choiceAt(random.next() < 0.5 ? a : b, slot))),
    encode: (architecture) => slots.map((slot) => indexOf(architecture, slot)),
    optionCounts: slots.map(({ options }) => options.length),
    decode(vector) {
      if (vector.length !== slots.length) throw invalid(`${vector.length} numbers instead of ${slots.length}`);
      return canonical(
        assemble((slot, index) => {
          const choice = slot.options[vector[index]!];
          if (choice === undefined) throw invalid(`option ${vector[index]} of ${slot.gene} does not exist`);
          return choice;
        }),
      );
    },
    toGraph(architecture) {
      requireOptions(architecture);
      if ("graph" in definition) return definition.graph(architecture);
      return buildChain(definition.name, definition.segments(architecture)).graph;
    },
    ...("segments" in definition && {
      segments(architecture: A) {
        requireOptions(architecture);
        return definition.segments(architecture);
      },
    }),
  };
}
