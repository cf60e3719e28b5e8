/** VGG (Simonyan and Zisserman 2015; torchvision `vgg.py`): chains of plain 3×3 convolutions, pooling, three fc layers. */
import { conv, createGraphBuilder, fc, flatten, maxPool } from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  // The fc layers expect a 7×7 map: 224 only, or smaller inputs with a smaller first fc layer.
  r: [224, 224, 160, 192, 256],
  width: [64, 64, 16, 32, 48],
  depths: {
    positions: [
      [1, 2],
      [1, 2],
      [2, 3, 4],
      [2, 3, 4],
      [2, 3, 4],
    ],
  },
  hidden: [4096, 1024, 2048, 512],
};

function graph({ r, width, depths, hidden }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("vgg");
  let x = g.input("input", [1, 3, r, r]);
  for (const [stage, depth] of depths.entries()) {
    const cout = width << Math.min(stage, 3);
    for (let i = 0; i < depth; i++) x = conv(g, x, { cout, kernel: 3, activation: "relu" });
    x = maxPool(g, x, { kernel: 2, padding: 0 });
  }
  x = fc(g, flatten(g, x), hidden, { activation: "relu" });
  x = fc(g, x, hidden, { activation: "relu" });
  return g.build([fc(g, x, 1000)]);
}

export default createChoiceSpace({ name: "vgg", summary: "VGG", genes, graph });
