/** ShuffleNetV2 (Ma et al., ECCV 2018; torchvision `shufflenetv2.py`): channel split, depthwise, concat, shuffle. */
import {
  channelShuffle,
  concat,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  type GraphBuilder,
  maxPool,
  mean,
  split,
} from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  /** Channels of the first stage; the next ones double. 48, 116, 176 and 244 are the published ×0.5 … ×2. */
  width: [48, 116, 116, 176, 244, 32, 64, 80, 96, 128, 152, 200],
  kernel: [3, 3, 3, 5],
  repeats: {
    positions: [
      [2, 4],
      [4, 8],
      [2, 4],
    ],
  },
};

function unit(g: GraphBuilder, x: string, cout: number, kernel: number, stride: number): string {
  const half = cout / 2;
  const pointwise = (from: string) => conv(g, from, { cout: half, kernel: 1, activation: "relu" });
  const branch = (from: string) => pointwise(depthwise(g, pointwise(from), { kernel, stride }));
  if (stride === 1) {
    const [kept, worked] = split(g, x, [half, half]) as [string, string];
    return channelShuffle(g, concat(g, [kept, branch(worked)]), 2);
  }
  return channelShuffle(g, concat(g, [pointwise(depthwise(g, x, { kernel, stride })), branch(x)]), 2);
}

function graph({ r, width, kernel, repeats }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("shufflenetv2");
  let x = conv(g, g.input("input", [1, 3, r, r]), { cout: 24, kernel: 3, stride: 2, activation: "relu" });
  x = maxPool(g, x, { kernel: 3, stride: 2, padding: 1 });
  for (const [stage, count] of repeats.entries())
    for (let i = 0; i < count; i++) x = unit(g, x, width << stage, kernel, i === 0 ? 2 : 1);
  x = conv(g, x, { cout: width >= 200 ? 2048 : 1024, kernel: 1, activation: "relu" });
  return g.build([fc(g, mean(g, x, [2, 3]), 1000)]);
}

export default createChoiceSpace({ name: "shufflenetv2", summary: "ShuffleNetV2", genes, graph });
