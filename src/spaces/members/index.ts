/**
 * Well-known models, complete graphs for 224 × 224 images, batch 1, weights without values: what `litepred start`
 * predicts and measures. Members of the zoo's families where these reach them.
 */
import { own, unknownName } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import densenet from "../zoo/densenet.js";
import efficientnet from "../zoo/efficientnet.js";
import ghostnet from "../zoo/ghostnet.js";
import googlenet from "../zoo/googlenet.js";
import mnasnet from "../zoo/mnasnet.js";
import mobilenetv1 from "../zoo/mobilenetv1.js";
import mobilenetv2 from "../zoo/mobilenetv2.js";
import mobilenetv3 from "../zoo/mobilenetv3.js";
import resnet from "../zoo/resnet.js";
import shufflenetv2 from "../zoo/shufflenetv2.js";
import squeezenet from "../zoo/squeezenet.js";
import { vitTiny } from "./vit-tiny.js";

const mobilenetV3 = (size: "large" | "small") =>
  mobilenetv3.toGraph({ r: 224, size, width: 1, squeezeOf: "expanded", code: "torchvision" });

const plainResnet = (style: "basic" | "bottleneck", depths: readonly number[]) =>
  resnet.toGraph({ r: 224, style, planes: 64, depths, stem: "7x7", squeeze: false, averageDown: false });

const members: Readonly<Record<string, () => Graph>> = {
  "mobilenet-v2": () =>
    mobilenetv2.toGraph({ r: 224, width: 1, kernels: [3, 3, 3, 3, 3, 3, 3], expansions: [6, 6, 6, 6, 6, 6, 6] }),
  "mobilenet-v3-small": () => mobilenetV3("small"),
  "mobilenet-v3-large": () => mobilenetV3("large"),
  "resnet-18": () => plainResnet("basic", [2, 2, 2, 2]),
  "resnet-50": () => plainResnet("bottleneck", [3, 4, 6, 3]),
  "squeezenet-1.1": () => squeezenet.toGraph({ r: 224, version: "1.1", squeeze: 16, expand: 64 }),
  "efficientnet-b0": () => efficientnet.toGraph({ r: 224, width: 1, depth: 1, lite: false, code: "torchvision" }),
  "vit-tiny": vitTiny,
  "resnet-34": () => plainResnet("basic", [3, 4, 6, 3]),
  "squeezenet-1.0": () => squeezenet.toGraph({ r: 224, version: "1.0", squeeze: 16, expand: 64 }),
  "shufflenet-v2": () => shufflenetv2.toGraph({ r: 224, width: 116, kernel: 3, repeats: [4, 8, 4] }),
  "mnasnet-1.0": () => mnasnet.toGraph({ r: 224, width: 1, squeezed: false }),
  googlenet: () => googlenet.toGraph({ r: 224, width: 1, thirdKernel: 3 }),
  "densenet-121": () => densenet.toGraph({ r: 224, growth: 32, stem: 64, depths: [6, 12, 24, 16] }),
  "ghostnet-1.0": () => ghostnet.toGraph({ r: 224, width: 1, pooling: "reduce-mean" }),
  "mobilenet-v1": () => mobilenetv1.toGraph({ r: 224, width: 1, kernel: 3, activation: "relu" }),
};

/** What everything is timed against (profiling/references.ts): a mobile network, and a residual one bound by arithmetic. None is an example. */
const references = {
  mobile: () =>
    mobilenetv2.toGraph({ r: 192, width: 1, kernels: [3, 3, 3, 3, 3, 3, 3], expansions: [6, 6, 6, 6, 6, 6, 6] }),
  arithmetic: () =>
    resnet.toGraph({
      r: 128,
      style: "basic",
      planes: 64,
      depths: [1, 1, 1, 1],
      stem: "7x7",
      squeeze: false,
      averageDown: false,
    }),
} as const;

export const buildReferenceModel = (name: keyof typeof references): Graph => ({ ...references[name](), name });

export const exampleModelNames: readonly string[] = Object.keys(members);

/** @throws LitepredError `unknown-name`. */
export function buildExampleModel(name: string): Graph {
  const build = own(members, name);
  if (build === undefined) throw unknownName("example model", name, exampleModelNames);
  return { ...build(), name };
}
