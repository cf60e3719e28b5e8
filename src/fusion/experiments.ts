/**
 * The questions: is follower B fused into producer A, and is a composition of n operators run as one? Each is four chains
 * of k equal blocks: `together` (A B), `without` (A), and B where nothing can take it in, `apart` (X B), with its `barrier` (X).
 * What B costs behind A is T(AB) − T(A), what it costs alone T(XB) − T(X): input, output and the rest cancel out, where
 * nn-Meter's T(A) + T(B) − T(AB) keeps them.
 */
import { type Block, blocks, chain, residual } from "./blocks.js";

export type Subject = "image" | "vector" | "sequence";

export interface FusionExperiment {
  readonly name: string;
  readonly on: Subject;
  readonly together: Block;
  readonly without: Block;
  readonly apart: Block;
  readonly barrier: Block;
  /** Operators of what is asked for; `apart` has one of them where the question is a composition. */
  readonly operators: number;
  /** "into": into the operator before it. "one": all of them as a single kernel. */
  readonly question: "into" | "one";
  /** The work itself is heavy next to moving the numbers, so that fusing it saves little where tensors are large. */
  readonly heavy: boolean;
}

/** Operators that no engine takes anything into, by what they stand in. */
const barriers = { image: blocks.maxpool, vector: blocks.softmax, sequence: blocks.softmax } as const;

/** Follower: its block given a producer, its operators, whether it is heavy. */
interface Follower {
  readonly behind: (producer: Block) => Block;
  readonly operators: number;
  readonly heavy?: boolean;
}
const plain = (block: Block, operators = 1, heavy = false): Follower => ({
  behind: (producer) => chain(producer, block),
  operators,
  heavy,
});

const imageFollowers = {
  batchnorm: plain(blocks.batchnorm),
  scale: plain(blocks.scale),
  bias: plain(blocks["bias of channels"]),
  relu: plain(blocks.relu),
  relu6: plain(blocks.relu6),
  "leaky relu": plain(blocks["leaky relu"]),
  sigmoid: plain(blocks.sigmoid, 1, true),
  tanh: plain(blocks.tanh, 1, true),
  swish: plain(blocks.swish, 2, true),
  hswish: plain(blocks.hswish, 1, true),
  gelu: plain(blocks.gelu, 5, true),
  add: { behind: residual, operators: 1 },
  mul: plain(blocks.gate),
  pool: plain(blocks.window, 1, true),
  conv: plain(blocks.conv3x3, 1, true),
  dwconv: plain(blocks.dwconv, 1, true),
  transpose: plain(blocks["swap of rows and columns"]),
} satisfies Record<string, Follower>;

const matrixFollowers = {
  bias: plain(blocks.bias),
  relu: plain(blocks.relu),
  relu6: plain(blocks.relu6),
  sigmoid: plain(blocks.sigmoid, 1, true),
  swish: plain(blocks.swish, 2, true),
  hswish: plain(blocks.hswish, 1, true),
  gelu: plain(blocks.gelu, 5, true),
  add: { behind: residual, operators: 1 },
} satisfies Record<string, Follower>;

function pairs(
  on: Subject,
  producers: Readonly<Record<string, Block>>,
  followers: Readonly<Record<string, Follower>>,
): FusionExperiment[] {
  return Object.entries(producers).flatMap(([producer, block]) =>
    Object.entries(followers).map(([name, { behind, operators, heavy = false }]) => ({
      name: `${producer}+${name}`,
      on,
      together: behind(block),
      without: block,
      apart: behind(barriers[on]),
      barrier: barriers[on],
      operators,
      question: "into" as const,
      heavy,
    })),
  );
}

/** A composition of n operators, beside one plain operator: as one kernel it costs about as much. */
const composition = (name: string, on: Subject, block: Block, operators: number): FusionExperiment => ({
  name,
  on,
  together: chain(barriers[on], block),
  without: barriers[on],
  apart: chain(barriers[on], blocks.sigmoid),
  barrier: barriers[on],
  operators,
  question: "one",
  heavy: true,
});

const pair = (
  name: string,
  chains: Pick<FusionExperiment, "together" | "without" | "apart" | "barrier">,
  heavy = false,
): FusionExperiment => ({ name, on: "image", operators: 1, question: "into", heavy, ...chains });

const { conv, relu, maxpool, pad } = blocks;
const behindBarrier = (block: Block) => ({ apart: chain(maxpool, block), barrier: maxpool });

const others: readonly FusionExperiment[] = [
  pair("conv+add+relu", {
    together: chain(residual(conv), relu),
    without: residual(conv),
    ...behindBarrier(relu),
  }),
  pair("conv+relu+add", {
    together: residual(chain(conv, relu)),
    without: chain(conv, relu),
    apart: residual(maxpool),
    barrier: maxpool,
  }),
  pair("conv+relu+batchnorm", {
    together: chain(conv, relu, blocks.batchnorm),
    without: chain(conv, relu),
    ...behindBarrier(blocks.batchnorm),
  }),
  pair("add+relu", {
    together: chain(residual(maxpool), relu),
    without: residual(maxpool),
    ...behindBarrier(relu),
  }),
  pair("pool+relu", { together: chain(blocks.window, relu), without: blocks.window, ...behindBarrier(relu) }),
  pair("sigmoid+relu", {
    together: chain(maxpool, blocks.sigmoid, relu),
    without: chain(maxpool, blocks.sigmoid),
    ...behindBarrier(relu),
  }),
  pair("relu+relu", {
    together: chain(maxpool, relu, relu),
    without: chain(maxpool, relu),
    ...behindBarrier(relu),
  }),
  pair("pad+conv", {
    together: chain(pad, blocks["conv3x3 without padding"]),
    without: blocks.conv3x3,
    apart: chain(blocks.sigmoid, pad, blocks.sigmoid, blocks["window without padding"]),
    barrier: chain(blocks.sigmoid, blocks.sigmoid, blocks.window),
  }),
  pair("conv+concat", {
    together: blocks["halves concatenated"],
    without: blocks["halves in a row"],
    ...behindBarrier(blocks.relu),
  }),
  pair("split+concat", {
    together: chain(conv, blocks["split and concat"]),
    without: conv,
    ...behindBarrier(blocks["split and concat"]),
  }),
  pair("transpose+transpose", {
    together: chain(conv, blocks["there and back"]),
    without: conv,
    ...behindBarrier(blocks["swap of rows and columns"]),
  }),
  composition("composed swish", "image", blocks.swish, 2),
  composition("composed hswish", "image", blocks["composed hswish"], 4),
  composition("composed gelu", "image", blocks.gelu, 5),
  composition("squeeze-excite", "image", blocks["squeeze-excite"], 6),
  composition("composed layer norm", "sequence", blocks["layer norm"], 9),
  composition("attention", "sequence", blocks.attention, 5),
];

/** Every question, pairs first. */
export const fusionExperiments: readonly FusionExperiment[] = [
  ...pairs("image", { conv, dwconv: blocks.dwconv }, imageFollowers),
  ...pairs("vector", { fc: blocks.fc }, matrixFollowers),
  ...pairs("sequence", { matmul: blocks.matmul }, matrixFollowers),
  ...others,
];
