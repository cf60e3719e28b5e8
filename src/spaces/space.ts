/**
 * What a search space is: a set of architectures (plain JSON) that can be drawn, changed, combined, written as numbers,
 * and turned into complete model graphs. All chance comes from the caller's seeded `Random`.
 */
import type { Random } from "../base/index.js";
import type { Graph, GraphBuilder } from "../graph/index.js";

export type Choice = number | string | boolean;
/** Plain JSON: gene name → one choice, or one choice for each position (block, stage, edge). */
export type Architecture = Readonly<Record<string, Choice | readonly Choice[]>>;

/** A part of an architecture that one value enters and one leaves: a block of a network that is a chain of blocks. */
export interface Segment {
  /**
   * All that its kernels depend on: its own choices, the size of what enters, and what of its surroundings an engine may fuse it
   * with. Same key (and same layout of what enters), same kernels.
   */
  readonly key: string;
  /** Adds its nodes; `x` is what the segment before it left ("" for the first), the result is what it leaves. */
  build(g: GraphBuilder, x: string): string;
}

export interface Space<A = Architecture> {
  readonly name: string;
  readonly summary: string;
  /** A uniform draw over the genes, in canonical form (genes without effect, e.g. of skipped blocks, at their first option). */
  sample(random: Random): A;
  /** Redraws each gene with probability `rate` (0–1). Does not change its argument. */
  mutate(architecture: A, random: Random, rate: number): A;
  /** Takes each gene from one of the two parents. */
  cross(a: A, b: A, random: Random): A;
  /** One integer for each gene position: the index of its option. Always of the same length. */
  encode(architecture: A): number[];
  /** How many options each position of an encoding has, where they can be chosen one by one. */
  readonly optionCounts?: readonly number[];
  /** Inverse of `encode`. @throws LitepredError `invalid-config` for a vector that encodes no architecture. */
  decode(vector: readonly number[]): A;
  /** The complete model, batch 1, weights without values. @throws LitepredError `invalid-config`. */
  toGraph(architecture: A): Graph;
  /** The same model as a chain, where the space is one: so that kernels are detected once for each kind of block. */
  segments?(architecture: A): readonly Segment[];
}
