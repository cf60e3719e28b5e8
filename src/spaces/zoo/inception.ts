/**
 * Inception-v3 (Szegedy et al., CVPR 2016; torchvision `inception.py`): factorised 5×5, 1×7, 7×1, 1×3 and 3×1
 * convolutions, average-pool branches, convolutions without padding in the stem and the reductions.
 */
import {
  avgPool,
  concat,
  conv,
  createGraphBuilder,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  maxPool,
} from "../../graph/index.js";
import { makeDivisible } from "../blocks/mobile.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [299, 299, 299, 224, 256, 331],
  width: [1, 1, 0.5, 0.75, 1.25],
  depths: {
    positions: [
      [1, 3],
      [1, 2, 4],
      [1, 2],
    ],
  },
};

type Size = number | readonly [number, number];
/** A chain of convolutions with ReLU; each step is [channels, kernel] or [channels, kernel, stride without padding]. */
type Steps = readonly (readonly [number, Size, number?])[];

function modules(g: GraphBuilder, width: number) {
  const chain = (x: string, steps: Steps) =>
    steps.reduce(
      (from, [channels, kernel, stride]) =>
        conv(g, from, {
          cout: makeDivisible(channels * width),
          kernel,
          activation: "relu",
          ...(stride === undefined ? {} : { stride, padding: 0 }),
        }),
      x,
    );
  const smoothed = (x: string) => avgPool(g, x, { kernel: 3, stride: 1, padding: 1, countPadding: true });
  const halved = (x: string) => maxPool(g, x, { kernel: 3, stride: 2, padding: 0 });
  const forked = (x: string, channels: number) => [chain(x, [[channels, [1, 3]]]), chain(x, [[channels, [3, 1]]])];
  return {
    chain,
    halved,
    a: (x: string, pool: number) =>
      concat(g, [
        chain(x, [[64, 1]]),
        chain(x, [
          [48, 1],
          [64, 5],
        ]),
        chain(x, [
          [64, 1],
          [96, 3],
          [96, 3],
        ]),
        chain(smoothed(x), [[pool, 1]]),
      ]),
    b: (x: string) =>
      concat(g, [
        chain(x, [[384, 3, 2]]),
        chain(x, [
          [64, 1],
          [96, 3],
          [96, 3, 2],
        ]),
        halved(x),
      ]),
    c: (x: string, inner: number) =>
      concat(g, [
        chain(x, [[192, 1]]),
        chain(x, [
          [inner, 1],
          [inner, [1, 7]],
          [192, [7, 1]],
        ]),
        chain(x, [
          [inner, 1],
          [inner, [7, 1]],
          [inner, [1, 7]],
          [inner, [7, 1]],
          [192, [1, 7]],
        ]),
        chain(smoothed(x), [[192, 1]]),
      ]),
    d: (x: string) =>
      concat(g, [
        chain(x, [
          [192, 1],
          [320, 3, 2],
        ]),
        chain(x, [
          [192, 1],
          [192, [1, 7]],
          [192, [7, 1]],
          [192, 3, 2],
        ]),
        halved(x),
      ]),
    e: (x: string) =>
      concat(g, [
        chain(x, [[320, 1]]),
        concat(g, forked(chain(x, [[384, 1]]), 384)),
        concat(
          g,
          forked(
            chain(x, [
              [448, 1],
              [384, 3],
            ]),
            384,
          ),
        ),
        chain(smoothed(x), [[192, 1]]),
      ]),
  };
}

function graph({ r, width, depths }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("inception");
  const make = modules(g, width);
  let x = make.chain(g.input("input", [1, 3, r, r]), [
    [32, 3, 2],
    [32, 3, 1],
    [64, 3],
  ]);
  x = make.halved(
    make.chain(make.halved(x), [
      [80, 1],
      [192, 3, 1],
    ]),
  );
  for (let i = 0; i < depths[0]!; i++) x = make.a(x, i === 0 ? 32 : 64);
  x = make.b(x);
  for (let i = 0; i < depths[1]!; i++) x = make.c(x, [128, 160, 160, 192][i]!);
  x = make.d(x);
  for (let i = 0; i < depths[2]!; i++) x = make.e(x);
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({ name: "inception", summary: "Inception v3", genes, graph });
