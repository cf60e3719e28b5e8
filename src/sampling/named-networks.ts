/** Networks of the search spaces: drawn, and built again from their names (`<space>/<encoding>`), under which the store knows them. */
import { createRandom, LitepredError } from "../base/index.js";
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
  const longest = Math.max(0, ...columns.map((column) => column.length));
  return Array.from({ length: longest }, (_, i) => columns.flatMap((column) => column[i] ?? [])).flat();
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
 * Networks that corrections are fitted on: of the endless list those of usual size, since small ones are mostly call and noise, and
 * large ones cost as much time as ten others.
 */
export async function networksToFit(
  count: number,
  seed: number,
  rules: FusionRules,
  spaces?: readonly string[],
): Promise<Network[]> {
  const all = await sequenceOfNetworks(reservedForFits, seed, { spaces });
  return all.filter(({ graph }) => isUsual(detectKernels(graph, rules).kernels)).slice(0, count);
}

/** The beginning of the endless list, whose networks are never profiled. */
export const reservedForFits = 200;
/** FLOPs and weights of what people deploy on CPUs. Choice: 3 ms to a tenth of a second. */
const usual = { leastFlops: 60e6, mostFlops: 2.5e9, mostWeights: 20e6 };

function isUsual(kernels: readonly Kernel[]): boolean {
  const sum = (of: (kernel: Kernel) => number) => kernels.reduce((total, kernel) => total + of(kernel), 0);
  const flops = sum((kernel) => kernel.flops);
  return flops >= usual.leastFlops && flops <= usual.mostFlops && sum((kernel) => kernel.params) <= usual.mostWeights;
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
