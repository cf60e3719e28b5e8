/** SqueezeNet 1.0 and 1.1 (Iandola et al. 2016; torchvision `squeezenet.py`): fire modules, no fc layer. */
import {
  concat,
  conv,
  createGraphBuilder,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  maxPool,
} from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  version: ["1.0", "1.1"],
  squeeze: [16, 16, 8, 12, 24, 32],
  expand: [64, 64, 32, 48, 96, 128],
};

function fire(g: GraphBuilder, x: string, squeeze: number, expand: number): string {
  const squeezed = conv(g, x, { cout: squeeze, kernel: 1, activation: "relu" });
  return concat(g, [
    conv(g, squeezed, { cout: expand, kernel: 1, activation: "relu" }),
    conv(g, squeezed, { cout: expand, kernel: 3, activation: "relu" }),
  ]);
}

function graph({ r, version, squeeze, expand }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("squeezenet");
  const first = version === "1.0" ? { cout: 96, kernel: 7 } : { cout: 64, kernel: 3 };
  const pooledAfter = version === "1.0" ? [2, 6] : [1, 3];
  let x = conv(g, g.input("input", [1, 3, r, r]), { ...first, stride: 2, padding: 0, activation: "relu" });
  x = maxPool(g, x, { kernel: 3, stride: 2, padding: 0, ceil: true });
  for (const [i, scale] of [1, 1, 2, 2, 3, 3, 4, 4].entries()) {
    x = fire(g, x, squeeze * scale, expand * scale);
    if (pooledAfter.includes(i)) x = maxPool(g, x, { kernel: 3, stride: 2, padding: 0, ceil: true });
  }
  x = conv(g, x, { cout: 1000, kernel: 1, activation: "relu" });
  return g.build([flatten(g, globalAvgPool(g, x))]);
}

export default createChoiceSpace({ name: "squeezenet", summary: "SqueezeNet 1.0 and 1.1", genes, graph });
