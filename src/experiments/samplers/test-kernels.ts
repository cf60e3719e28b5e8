/** Kernels of real networks, with how often each runs in them: what predictors are tested on. */
import { createRandom, getOrCreate } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import { configKey, detectKernels, type FusionRules, type KernelConfig } from "../../kernels/index.js";
import { buildExampleModel, exampleModelNames, type Space } from "../../spaces/index.js";

export interface TestKernel {
  readonly config: KernelConfig;
  /** Times that it runs in the test networks. */
  readonly occurrences: number;
}

/** Kernels by type and config. */
type Counts = ReadonlyMap<string, ReadonlyMap<string, TestKernel>>;

/** Of well-known networks and model files, and of sampled architectures. */
export interface Occurrences {
  readonly members: Counts;
  readonly sampled: Counts;
}

/** Architectures of each space in the test; other ones than those behind the samplers. Choice. */
const testArchitectures = 4;

export function countTestNetworks(
  {
    rules,
    seed,
    models,
  }: {
    readonly rules: FusionRules;
    readonly seed: number;
    readonly models: readonly { readonly graph: () => Graph }[];
  },
  spaces: readonly Space[],
): Occurrences {
  const members = [
    ...exampleModelNames.map((name) => () => buildExampleModel(name)),
    ...models.map(({ graph }) => graph),
  ];
  const sampled = spaces.flatMap((space) =>
    Array.from({ length: testArchitectures }, (_, i) => () => {
      const stream = createRandom(`${seed}/test-networks/${space.name}/${i}`);
      return space.toGraph(space.sample(stream));
    }),
  );
  return { members: countKernels(members, rules), sampled: countKernels(sampled, rules) };
}

function countKernels(networks: readonly (() => Graph)[], rules: FusionRules): Counts {
  const counts = new Map<string, Map<string, TestKernel>>();
  for (const graph of networks)
    for (const { type, config } of detectKernels(graph(), rules).kernels) {
      const ofType = getOrCreate(counts, type, () => new Map<string, TestKernel>());
      const key = configKey(type, config);
      ofType.set(key, { config, occurrences: (ofType.get(key)?.occurrences ?? 0) + 1 });
    }
  return counts;
}

/** Half of them out of well-known networks and model files, as far as those have that many; the rest out of sampled architectures. */
export function chooseTestKernels(
  type: string,
  { members, sampled }: Occurrences,
  isAffordable: (config: KernelConfig) => boolean,
  { testSize, seed }: { readonly testSize: number; readonly seed: number },
): TestKernel[] {
  const random = createRandom(`${seed}/test-kernels/${type}`);
  const shuffled = (from: Counts) =>
    random.shuffle([...(from.get(type) ?? [])].filter(([, { config }]) => isAffordable(config)));
  const known = shuffled(members).slice(0, Math.ceil(testSize / 2));
  const chosen = new Map([...known, ...shuffled(sampled).slice(0, testSize)].slice(0, testSize));
  return [...chosen].map(([key, { config }]) => {
    const times = (from: Counts) => from.get(type)?.get(key)?.occurrences ?? 0;
    return { config, occurrences: times(members) + times(sampled) };
  });
}
