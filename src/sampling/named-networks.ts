/** Networks of the search spaces: drawn, and built again from their names (`<space>/<encoding>`), under which the store knows them. */
import { createRandom, inTurn, LitepredError } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { type Detection, detectKernels, type FusionRules, type Kernel } from "../kernels/index.js";
import { loadSpace, loadSpaces, spaceNames } from "../spaces/index.js";

export interface NamedNetwork {
  /** `<space>/<encoding>`. */
  readonly name: string;
  readonly space: string;
}

export interface Network extends NamedNetwork {
  readonly graph: Graph;
}

/** `counts[space]` distinct networks of each space, the spaces in turn; those of `except` are left out. The label is part of the seed. */
export async function networksOfSpaces(
  label: string,
  counts: Readonly<Record<string, number>>,
  seed: number,
  except: readonly NamedNetwork[] = [],
): Promise<NamedNetwork[]> {
  const taken = new Set(except.map(({ name }) => name));
  const columns: NamedNetwork[][] = [];
  for (const [spaceName, count] of Object.entries(counts)) {
    const space = await loadSpace(spaceName);
    const random = createRandom(`${seed}/${label}/${spaceName}`);
    const chosen: NamedNetwork[] = [];
    for (let draws = 0; chosen.length < count && draws < 50 * count; draws++) {
      const name = `${spaceName}/${space.encode(space.sample(random)).join("-")}`;
      if (taken.has(name)) continue;
      taken.add(name);
      chosen.push({ name, space: spaceName });
    }
    columns.push(chosen);
  }
  return inTurn(columns);
}

/**
 * `count` networks after the first `skip` of an endless list, the spaces in turn; the same seed gives the same ones, and a longer list
 * starts with the shorter one.
 */
export async function sequenceOfNetworks(
  count: number,
  seed: number,
  { spaces: names = spaceNames, skip = 0 }: { spaces?: readonly string[] | undefined; skip?: number } = {},
): Promise<Network[]> {
  const spaces = await loadSpaces(names);
  const order = createRandom(`${seed}/calibration-order`).shuffle(spaces);
  return Array.from({ length: count }, (_, at) => {
    const i = skip + at;
    const space = order[i % order.length]!;
    const architecture = space.sample(createRandom(`${seed}/calibration/${space.name}/${i}`));
    const name = `${space.name}/${space.encode(architecture).join("-")}`;
    return { name, space: space.name, graph: space.toGraph(architecture) };
  });
}

/**
 * Networks that corrections are fitted on: of the endless list those of usual size, since small ones are mostly call and noise; and one in
 * ten that is larger, since those no longer fit into a cache: without them ResNet-50, Swin and Inception came out 8 to 11 % too low
 * (onnxruntime-node 1.30 on an EPYC). Two in ten are light, since those stay in it: MobileNetV3-small came out 8 to 15 % too high.
 */
export async function networksToFit(
  count: number,
  seed: number,
  rules: FusionRules,
  spaces?: readonly string[],
): Promise<Network[]> {
  const all = await sequenceOfNetworks(reservedForFits, seed, { spaces });
  const sized = all.map((network) => ({ network, size: sizeOf(detectKernels(network.graph, rules).kernels) }));
  const ofSize = (wanted: Size) => sized.flatMap(({ network, size }) => (size === wanted ? [network] : []));
  const [usual, light, large] = [ofSize("usual"), ofSize("light"), ofSize("large")];
  const chosen = usual.flatMap((network, i) => [
    network,
    ...(i % 7 === 3 ? large.splice(0, 1) : []),
    ...(i % 7 === 5 || i % 7 === 1 ? light.splice(0, 1) : []),
  ]);
  return chosen.slice(0, count);
}

/** The beginning of the endless list, whose networks are never profiled. */
export const reservedForFits = 200;

type Size = "small" | "light" | "usual" | "large" | "huge";
/** FLOPs and weights of what people deploy on CPUs, and of the largest of them. Choice: 3 ms to a tenth of a second, or two. */
const usualSize = { leastFlops: 60e6, mostFlops: 2.5e9, mostWeights: 20e6 };
/** About 2 ms: with weights and activations of some 20 MB. Choice. */
const mostLightFlops = 200e6;
const largeSize = { mostFlops: 12e9, mostWeights: 60e6 };

function sizeOf(kernels: readonly Kernel[]): Size {
  const sum = (of: (kernel: Kernel) => number) => kernels.reduce((total, kernel) => total + of(kernel), 0);
  const [flops, weights] = [sum((kernel) => kernel.flops), sum((kernel) => kernel.params)];
  if (flops < usualSize.leastFlops) return "small";
  if (flops <= mostLightFlops) return "light";
  if (flops <= usualSize.mostFlops && weights <= usualSize.mostWeights) return "usual";
  return flops <= largeSize.mostFlops && weights <= largeSize.mostWeights ? "large" : "huge";
}

/** @throws LitepredError for a name that is no network of a space. */
export async function networkGraph(name: string): Promise<Graph> {
  const [spaceName = "", encoding = ""] = name.split("/");
  const space = await loadSpace(spaceName);
  return space.toGraph(space.decode(encoding.split("-").map(Number)));
}

/** Undefined where the space changed since: the name no longer says what was measured. */
export async function networkKernels(name: string, rules: FusionRules): Promise<Detection | undefined> {
  try {
    return detectKernels(await networkGraph(name), rules);
  } catch (error) {
    if (error instanceof LitepredError) return undefined;
    throw error;
  }
}
