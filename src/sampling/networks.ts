/**
 * Which networks to run when kernels are timed where they run: those whose kernels say most per second of measuring. A kernel says the
 * more, the fewer like it were chosen before: of its type, with its choices, of about its size. A value of a choice that nothing had yet
 * says most.
 */
import { type Kernel, type KernelConfig, kernelTypeOf } from "../kernels/index.js";

export interface NetworkCandidate {
  readonly kernels: readonly Kernel[];
}

/** What a run costs beside its kernels, and how often each is run, seconds. Measured on a 2-core EPYC: 0.4 s a network of no length. */
const fixedSeconds = 0.4;
const runsPerNetwork = 20;
/** Rough speeds of a server core, to weigh networks against each other. Choice. */
const flopsPerSecond = 30e9;
const secondsPerKernel = 8e-6;
/** Weights are made up, written, and loaded twice. Measured: a second for 20 million. */
const secondsPerWeight = 5e-8;
/** Worth of a choice that nothing had yet, in kernels of which nothing alike was chosen. Choice. */
const newChoice = 5;

/** Indices of up to `count` networks, in the order in which they should be run; greedy. */
export function planNetworks(networks: readonly NetworkCandidate[], count: number): number[] {
  const seen = new Map<string, number>();
  const described = networks.map(({ kernels }) => ({ keys: keysOf(kernels), seconds: secondsOf(kernels) }));
  const open = new Set(networks.map((_, i) => i));
  const chosen: number[] = [];
  while (chosen.length < count && open.size > 0) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const i of open) {
      const { keys, seconds } = described[i]!;
      let worth = 0;
      for (const [key, weight] of keys) worth += weight / (1 + (seen.get(key) ?? 0)) ** 2;
      if (worth / seconds > most) [best, most] = [i, worth / seconds];
    }
    open.delete(best);
    chosen.push(best);
    for (const key of described[best]!.keys.keys()) seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return chosen;
}

/** What a network has: kernels of about one size, and choices; each once, with its worth. */
function keysOf(kernels: readonly Kernel[]): Map<string, number> {
  const keys = new Map<string, number>();
  for (const { type, config } of kernels) {
    keys.set(`${type} ${sizeKey(type, config)}`, 1);
    for (const field of kernelTypeOf(type).fields)
      if (field.kind === "choice") keys.set(`${type}.${field.name}=${config[field.name]}`, newChoice);
  }
  return keys;
}

/** Sizes to the nearest power of two, choices as they are. */
const sizeKey = (type: string, config: KernelConfig): string =>
  kernelTypeOf(type)
    .fields.map(({ name, kind }) =>
      kind === "choice" ? config[name] : Math.round(Math.log2(1 + Number(config[name]))),
    )
    .join(",");

function secondsOf(kernels: readonly Kernel[]): number {
  let [flops, params] = [0, 0];
  for (const kernel of kernels) {
    flops += kernel.flops;
    params += kernel.params;
  }
  const run = flops / flopsPerSecond + secondsPerKernel * kernels.length;
  return fixedSeconds + runsPerNetwork * run + secondsPerWeight * params;
}
