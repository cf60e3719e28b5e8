/**
 * MobileOne and RepVGG as trained (Vasu et al., CVPR 2023; timm `byobnet.py`): parallel convolutions, 1×1 convolutions and
 * batch-normed identities, added before the activation. Files exported without re-parameterising look like this.
 */
import {
  activation,
  add,
  batchNorm,
  conv,
  createGraphBuilder,
  depthwise,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
} from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";
import { RESOLUTIONS } from "./resolutions.js";

const genes = {
  r: RESOLUTIONS,
  style: ["depthwise", "depthwise", "full"],
  branches: [1, 2, 4],
  base: [48, 64, 64, 96, 128],
  depths: { positions: [[1, 2], [2, 4, 8], [2, 4, 10], [1]] },
  widest: [512, 1024, 1280, 2048],
} as const;

interface Layer {
  /** Undefined for a depthwise layer. */
  readonly cout?: number;
  readonly kernel: number;
  readonly stride: number;
  readonly branches: number;
}

function layer(g: GraphBuilder, x: string, { cout, kernel, stride, branches }: Layer): string {
  const one = (size: number) =>
    cout === undefined ? depthwise(g, x, { kernel: size, stride }) : conv(g, x, { cout, kernel: size, stride });
  const terms = Array.from({ length: branches }, () => one(kernel));
  if (kernel > 1) terms.unshift(one(1));
  if (stride === 1 && (cout === undefined || cout === g.shape(x)[1])) terms.unshift(batchNorm(g, x));
  const sum = terms.reduce((total, term) => add(g, total, term));
  return activation(g, sum, "relu");
}

function graph({ r, style, branches, base, depths, widest }: ArchitectureOf<typeof genes>) {
  const g = createGraphBuilder("mobileone");
  let x = layer(g, g.input("input", [1, 3, r, r]), { cout: base, kernel: 3, stride: 2, branches: 1 });
  for (const [stage, depth] of depths.entries()) {
    const cout = stage === 3 ? widest : base << stage;
    for (let i = 0; i < depth; i++) {
      const stride = i === 0 ? 2 : 1;
      if (style === "full") x = layer(g, x, { cout, kernel: 3, stride, branches: 1 });
      else x = layer(g, layer(g, x, { kernel: 3, stride, branches }), { cout, kernel: 1, stride: 1, branches });
    }
  }
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 1000)]);
}

export default createChoiceSpace({
  name: "mobileone",
  summary: "MobileOne and RepVGG before re-parameterising",
  genes,
  graph,
});
