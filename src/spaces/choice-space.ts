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
  const { name, summary } = definition;
  const genes = new GeneTable(definition);
  const space: Space<ArchitectureOf<G>> = {
    name,
    summary,
    sample: (random) => genes.assemble((slot) => random.pick(slot.options)),
    mutate: (architecture, random, rate) =>
      genes.assemble((slot) => (random.next() < rate ? random.pick(slot.options) : choiceAt(architecture, slot))),
    cross: (a, b, random: Random) => genes.assemble((slot) => choiceAt(random.next() < 0.5 ? a : b, slot)),
    encode: (architecture) => genes.encode(architecture),
    optionCounts: genes.slots.map(({ options }) => options.length),
    decode: (vector) => genes.decode(vector),
    toGraph(architecture) {
      genes.encode(architecture);
      if ("graph" in definition) return definition.graph(architecture);
      return buildChain(name, definition.segments(architecture)).graph;
    },
  };
  if ("graph" in definition) return space;
  const segments = (architecture: ArchitectureOf<G>) => {
    genes.encode(architecture);
    return definition.segments(architecture);
  };
  return { ...space, segments };
}

const slotsOf = (genes: Genes): Slot[] =>
  Object.entries(genes).flatMap(([gene, options]): Slot[] =>
    "positions" in options
      ? options.positions.map((choices, position) => ({ gene, position, options: choices }))
      : [{ gene, position: undefined, options }],
  );

function choiceAt<A extends object>(architecture: A, { gene, position }: Slot): Choice {
  const value = (architecture as Record<string, Choice | readonly Choice[] | undefined>)[gene];
  return (position === undefined ? value : (value as readonly Choice[] | undefined)?.[position]) as Choice;
}

/** The slots of a space's genes: architectures put together from choices, and read as numbers of choices. */
class GeneTable<const G extends Genes> {
  readonly slots: readonly Slot[];

  constructor(private readonly definition: Named<G>) {
    this.slots = slotsOf(definition.genes);
  }

  /** What has no effect set to its first option. */
  assemble(choose: (slot: Slot, index: number) => Choice): ArchitectureOf<G> {
    return this.canonical(this.put(choose));
  }

  private canonical(architecture: ArchitectureOf<G>): ArchitectureOf<G> {
    const { slots, definition } = this;
    if (definition.active === undefined) return architecture;
    const choices = slots.map((slot) => choiceAt(architecture, slot));
    let isChanged = false;
    for (const [i, { gene, position = 0, options }] of slots.entries()) {
      if (choices[i] === options[0] || definition.active(architecture, gene, position)) continue;
      choices[i] = options[0]!;
      isChanged = true;
    }
    return isChanged ? this.put((_, i) => choices[i]!) : architecture;
  }

  private put(choose: (slot: Slot, index: number) => Choice): ArchitectureOf<G> {
    const architecture: Record<string, Choice | Choice[]> = {};
    for (let index = 0; index < this.slots.length; index++) {
      const slot = this.slots[index]!;
      const choice = choose(slot, index);
      if (slot.position === undefined) architecture[slot.gene] = choice;
      else if (slot.position === 0) architecture[slot.gene] = [choice];
      else (architecture[slot.gene] as Choice[]).push(choice);
    }
    return architecture as ArchitectureOf<G>;
  }

  /** @throws LitepredError `invalid-config` for a choice that there is not. */
  encode(architecture: ArchitectureOf<G>): number[] {
    return this.slots.map((slot) => {
      const choice = choiceAt(architecture, slot);
      const index = slot.options.indexOf(choice);
      if (index >= 0) return index;
      const where = slot.position === undefined ? slot.gene : `${slot.gene}[${slot.position}]`;
      throw this.invalid(`${where} is ${choice}, not one of ${slot.options.join(", ")}`);
    });
  }

  decode(vector: readonly number[]): ArchitectureOf<G> {
    const { length } = this.slots;
    if (vector.length !== length) throw this.invalid(`${vector.length} numbers instead of ${length}`);
    return this.assemble((slot, index) => {
      const choice = slot.options[vector[index]!];
      if (choice === undefined) throw this.invalid(`option ${vector[index]} of ${slot.gene} does not exist`);
      return choice;
    });
  }

  private invalid(what: string): LitepredError {
    return new LitepredError(
      "invalid-config",
      `${this.definition.name}: ${what}`,
      "draw one with `sample` to see the form",
    );
  }
}
