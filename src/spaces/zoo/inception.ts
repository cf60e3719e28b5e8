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

/** The modules of one network, over its builder. `a` to `e` are torchvision's names. */
class Modules {
  constructor(
    private readonly g: GraphBuilder,
    private readonly width: number,
  ) {}

  chain(x: string, steps: Steps): string {
    return steps.reduce((from, [channels, kernel, stride]) => {
      const cout = makeDivisible(channels * this.width);
      const padding = stride === undefined ? undefined : 0;
      return conv(this.g, from, { cout, kernel, activation: "relu", stride, padding });
    }, x);
  }

  halved(x: string): string {
    return maxPool(this.g, x, { kernel: 3, stride: 2, padding: 0 });
  }

  /** Chains from the same tensor. */
  private chains(x: string, ...all: readonly Steps[]): string[] {
    return all.map((steps) => this.chain(x, steps));
  }

  private smoothed(x: string, channels: number): string {
    const mean = avgPool(this.g, x, { kernel: 3, stride: 1, padding: 1, countPadding: true });
    return this.chain(mean, [[channels, 1]]);
  }

  private forked(x: string, channels: number): string {
    return concat(this.g, this.chains(x, [[channels, [1, 3]]], [[channels, [3, 1]]]));
  }

  a(x: string, pool: number): string {
    const straight = this.chains(
      x,
      [[64, 1]],
      [
        [48, 1],
        [64, 5],
      ],
      [
        [64, 1],
        [96, 3],
        [96, 3],
      ],
    );
    return concat(this.g, [...straight, this.smoothed(x, pool)]);
  }

  b(x: string): string {
    return concat(this.g, [
      ...this.chains(
        x,
        [[384, 3, 2]],
        [
          [64, 1],
          [96, 3],
          [96, 3, 2],
        ],
      ),
      this.halved(x),
    ]);
  }

  c(x: string, inner: number): string {
    const once: Steps = [
      [inner, 1],
      [inner, [1, 7]],
      [192, [7, 1]],
    ];
    const twice: Steps = [
      [inner, 1],
      [inner, [7, 1]],
      [inner, [1, 7]],
      [inner, [7, 1]],
      [192, [1, 7]],
    ];
    return concat(this.g, [...this.chains(x, [[192, 1]], once, twice), this.smoothed(x, 192)]);
  }

  d(x: string): string {
    const long: Steps = [
      [192, 1],
      [192, [1, 7]],
      [192, [7, 1]],
      [192, 3, 2],
    ];
    return concat(this.g, [
      ...this.chains(
        x,
        [
          [192, 1],
          [320, 3, 2],
        ],
        long,
      ),
      this.halved(x),
    ]);
  }

  e(x: string): string {
    return concat(this.g, [
      this.chain(x, [[320, 1]]),
      this.forked(this.chain(x, [[384, 1]]), 384),
      this.forked(
        this.chain(x, [
          [448, 1],
          [384, 3],
        ]),
        384,
      ),
      this.smoothed(x, 192),
    ]);
  }
}

function graph({ r, width, depths }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("inception");
  const make = new Modules(g, width);
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
