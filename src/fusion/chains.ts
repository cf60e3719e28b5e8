/** Blocks in a row as graphs, of several sizes: where starting an operator is what costs, and where moving numbers is. */
import { createGraphBuilder, type Graph } from "../graph/index.js";
import type { Block } from "./blocks.js";
import type { Subject } from "./experiments.js";

export interface ChainSize {
  readonly name: "small" | "medium" | "large";
  /** Blocks in a row. */
  readonly blocks: number;
  readonly shapes: Readonly<Record<Subject, readonly number[]>>;
}

/**
 * Small: an operator's work is nothing beside being started (0.3 to 3 µs), so that an operator more or less shows in full
 * whatever it computes. Medium fills the first cache, large the second. 16 channels: whole blocks of every engine's layout.
 */
export const chainSizes: readonly ChainSize[] = [
  { name: "small", blocks: 24, shapes: { image: [1, 16, 4, 4], vector: [1, 64], sequence: [1, 4, 64] } },
  { name: "medium", blocks: 8, shapes: { image: [1, 16, 40, 40], vector: [1, 256], sequence: [1, 196, 64] } },
  { name: "large", blocks: 4, shapes: { image: [1, 16, 128, 128], vector: [1, 512], sequence: [1, 1024, 64] } },
];

export function chainGraph(block: Block, on: Subject, size: ChainSize): Graph {
  const shape = size.shapes[on];
  const b = createGraphBuilder("chain");
  let x = b.input("x", shape);
  let gate: string | undefined;
  const scene = {
    b,
    gate() {
      gate ??= b.input("gate", [1, shape[1]!, 1, 1]);
      return gate;
    },
  };
  for (let i = 0; i < size.blocks; i++) x = block(scene, x);
  return b.build([x]);
}
