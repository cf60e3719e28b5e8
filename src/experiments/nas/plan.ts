/** The networks that a search is set beside, with their authors' top-1, and how it is asked. */
import type { Graph } from "../../graph/index.js";
import { buildExampleModel, loadSpace } from "../../spaces/index.js";

export interface Baseline {
  readonly name: string;
  /** ImageNet top-1 as its authors publish it, percent. */
  readonly publishedTop1: number;
  graph(): Promise<Graph>;
}

/** Sandler et al. 2018, Howard et al. 2019: the rows of the paper's table. */
export const baselines: readonly Baseline[] = [
  { name: "MobileNetV2", publishedTop1: 72.0, graph: async () => buildExampleModel("mobilenet-v2") },
  {
    name: "MobileNetV3×0.75",
    publishedTop1: 73.3,
    graph: async () =>
      (await loadSpace("mobilenetv3")).toGraph({
        ...{ r: 224, size: "large", width: 0.75, squeezeOf: "expanded", code: "torchvision" },
      }),
  },
  { name: "MobileNetV3", publishedTop1: 75.2, graph: async () => buildExampleModel("mobilenet-v3-large") },
];

export const searchedSpace = "ofa-mobilenetv3";
/** Ours is searched under a little less than the baseline takes: the second look at a network may be slower than the first. Choice. */
export const margin = 0.97;
/** Looks at the baselines and at ours in turn, after all searching; the median counts. Choice. */
export const looks = 3;
