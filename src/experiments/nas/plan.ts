/** The networks that a search has to beat, with the accuracy that their authors published; and which networks found are tried. Pure. */

import type { Graph } from "../../graph/index.js";
import type { FoundArchitecture } from "../../jobs/search.js";
import { buildExampleModel, loadSpace } from "../../spaces/index.js";

export interface RivalNetwork {
  readonly name: string;
  /** ImageNet top-1 in percent as published, at 224. */
  readonly published: number;
  /** Points that LitePred's search or our accuracy data allow at equal multiply-adds: what is aimed at. */
  readonly aim: number;
  graph(): Promise<Graph>;
}

/** Sandler et al., CVPR 2018, table 4; Howard et al., ICCV 2019, table 3. */
export const rivals: readonly RivalNetwork[] = [
  { name: "MobileNetV2", published: 72.0, aim: 4.4, graph: async () => buildExampleModel("mobilenet-v2") },
  { name: "MobileNetV3 × 0.75", published: 73.3, aim: 0.8, graph: async () => mobileNetV3(0.75) },
  { name: "MobileNetV3", published: 75.2, aim: 0.5, graph: async () => buildExampleModel("mobilenet-v3-large") },
];

async function mobileNetV3(width: number): Promise<Graph> {
  const space = await loadSpace("mobilenetv3");
  return space.toGraph({ r: 224, size: "large", width, squeezeOf: "expanded", code: "torchvision" });
}

/**
 * Of the budget, by prediction or first measurement: measured beside the rival, what seemed a little dearer may keep it, and what
 * seemed to keep it may not. Choice.
 */
const sharesTried = [1.03, 0.99, 0.95];

/** The most accurate of a front that may keep the budget, as many at each share of it. */
export function candidatesOf(
  { best, pareto }: { best: readonly FoundArchitecture[]; pareto: readonly FoundArchitecture[] },
  budgetMs: number,
  count: number,
): FoundArchitecture[] {
  const all = [...new Map([...best, ...pareto].map((one) => [one.encoding.join(), one])).values()];
  all.sort((a, b) => b.accuracy - a.accuracy);
  const chosen = new Set<FoundArchitecture>();
  for (const [i, share] of sharesTried.entries()) {
    const upTo = Math.ceil((count * (i + 1)) / sharesTried.length);
    for (const one of all) if (chosen.size < upTo && knownMs(one) <= share * budgetMs) chosen.add(one);
  }
  return [...chosen];
}

const knownMs = ({ platforms: [own] }: FoundArchitecture) => own!.measuredMs ?? own!.latencyMs;
