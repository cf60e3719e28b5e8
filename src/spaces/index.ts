/**
 * Search spaces (published NAS spaces, a zoo of network families, medleys of unusual kernels). In: a seeded Random, or an architecture as plain
 * JSON. Out: architectures and complete model graphs. Members are listed here alone and loaded on first use.
 * May import graph, readers, writers, kernels, base.
 */
import { own, unknownName } from "../base/index.js";
import type { Space } from "./space.js";

export { type ArchitectureOf, createChoiceSpace, repeated } from "./choice-space.js";
export { fixGenes } from "./fix-genes.js";
export { kernelLists, kernelParts } from "./kernel-lists.js";
export { buildExampleModel, buildReferenceModel, exampleModelNames } from "./members/index.js";
export { type NasBench201, nasBench201OfString, nasBench201ToString } from "./nas/nasbench201.js";
export type { Architecture, Choice, Segment, Space } from "./space.js";
export { createUserSpace, type UserSpaceDefinition } from "./user-space.js";

type Loader = () => Promise<{ default: Space }>;

const nasSpaces = {
  "ofa-mobilenetv3": () => import("./nas/ofa-mobilenetv3.js"),
  proxylessnas: () => import("./nas/proxylessnas.js"),
  "ofa-resnet50": () => import("./nas/ofa-resnet50.js"),
  fbnet: () => import("./nas/fbnet.js"),
  attentivenas: () => import("./nas/attentivenas.js"),
  autoformer: () => import("./nas/autoformer.js"),
  "autoformer-tiny": async () => ({ default: (await import("./nas/autoformer.js")).tiny }),
  "autoformer-base": async () => ({ default: (await import("./nas/autoformer.js")).base }),
  nasbench201: () => import("./nas/nasbench201.js"),
} as const satisfies Record<string, Loader>;

/** To search, not to draw kernel configs: nobody deploys those of a published table, and the other spaces have these networks' kernels. */
const searchedSpaces = {
  "ofa-mobilenetv3-deployed": async () => ({ default: (await import("./nas/ofa-mobilenetv3.js")).deployed }),
  "accel-nasbench": () => import("./nas/accel-nasbench.js"),
} as const satisfies Record<string, Loader>;

/** To time kernels in, not to deploy: their kernels would be half of all where configs are drawn by how many different ones there are. */
const medleySpaces = {
  "medley-images": () => import("./medleys/images.js"),
  "medley-tokens": () => import("./medleys/tokens.js"),
} as const satisfies Record<string, Loader>;

const zooSpaces = {
  convmixer: () => import("./zoo/convmixer.js"),
  convnext: () => import("./zoo/convnext.js"),
  densenet: () => import("./zoo/densenet.js"),
  edgenext: () => import("./zoo/edgenext.js"),
  efficientformer: () => import("./zoo/efficientformer.js"),
  efficientnet: () => import("./zoo/efficientnet.js"),
  efficientnetv2: () => import("./zoo/efficientnetv2.js"),
  fastvit: () => import("./zoo/fastvit.js"),
  ghostnet: () => import("./zoo/ghostnet.js"),
  googlenet: () => import("./zoo/googlenet.js"),
  inception: () => import("./zoo/inception.js"),
  lcnet: () => import("./zoo/lcnet.js"),
  levit: () => import("./zoo/levit.js"),
  "mlp-mixer": () => import("./zoo/mlp-mixer.js"),
  mnasnet: () => import("./zoo/mnasnet.js"),
  mobilenetv1: () => import("./zoo/mobilenetv1.js"),
  mobilenetv2: () => import("./zoo/mobilenetv2.js"),
  mobilenetv3: () => import("./zoo/mobilenetv3.js"),
  mobilenetv4: () => import("./zoo/mobilenetv4.js"),
  mobileone: () => import("./zoo/mobileone.js"),
  mobilevit: () => import("./zoo/mobilevit.js"),
  poolformer: () => import("./zoo/poolformer.js"),
  pvt: () => import("./zoo/pvt.js"),
  regnet: () => import("./zoo/regnet.js"),
  repvgg: () => import("./zoo/repvgg.js"),
  resnet: () => import("./zoo/resnet.js"),
  segmentation: () => import("./zoo/segmentation.js"),
  shufflenetv2: () => import("./zoo/shufflenetv2.js"),
  squeezenet: () => import("./zoo/squeezenet.js"),
  swin: () => import("./zoo/swin.js"),
  vgg: () => import("./zoo/vgg.js"),
  vit: () => import("./zoo/vit.js"),
  yolo: () => import("./zoo/yolo.js"),
} as const satisfies Record<string, Loader>;

export type NasSpaceName = keyof typeof nasSpaces;
export type ZooSpaceName = keyof typeof zooSpaces;
export type SpaceName = NasSpaceName | ZooSpaceName;

/** Published NAS search spaces. */
export const nasSpaceNames = Object.keys(nasSpaces) as readonly NasSpaceName[];
/** Families of networks that people deploy, as PyTorch exports them; used to draw kernel configs, not to search. */
export const zooSpaceNames = Object.keys(zooSpaces) as readonly ZooSpaceName[];
export const spaceNames: readonly SpaceName[] = [...nasSpaceNames, ...zooSpaceNames];
/** What kernels are timed inside. */
export const timedSpaceNames: readonly string[] = [...spaceNames, ...Object.keys(medleySpaces)];

const loaders: Readonly<Record<string, Loader | undefined>> = {
  ...nasSpaces,
  ...searchedSpaces,
  ...medleySpaces,
  ...zooSpaces,
};

/** @throws LitepredError `unknown-name`. */
export async function loadSpace(name: string): Promise<Space> {
  const load = own(loaders, name);
  if (load === undefined) throw unknownName("search space", name, Object.keys(loaders));
  return (await load()).default;
}

export const loadSpaces = (names: readonly string[] = spaceNames): Promise<Space[]> =>
  Promise.all(names.map(loadSpace));
