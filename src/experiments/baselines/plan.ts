/** Which baselines are compared with ours on real platforms, and what each is given of the target. Pure. */
import { createRandom, LitepredError, unknownName } from "../../base/index.js";

export const baselineMethods = [
  "flops",
  "flops+params",
  "look-up",
  "nn-meter",
  "brp-nas",
  "help",
  "help*",
  "litepred",
  "default",
  "adapt",
] as const;
export type BaselineMethod = (typeof baselineMethods)[number];

/** What is measured of the target, in words of the table. */
export const trainingData: Readonly<Record<BaselineMethod, string>> = {
  flops: "architectures",
  "flops+params": "architectures",
  "look-up": "kernels",
  "nn-meter": "kernels",
  "brp-nas": "architectures",
  help: "architectures, other platforms",
  "help*": "as many architectures as there are, other platforms",
  litepred: "kernels, networks, pool",
  default: "kernels, networks, pool",
  adapt: "what `litepred adapt` measures, pool",
};

export type BaselineKind = "fitted" | "transferred" | "shipped";

/**
 * Fitted here; made by the one path of adaptation from what the store has (`evaluate transfer` makes them alike); or the predictor that
 * `litepred adapt` left in the workspace's pool, as a user has it.
 */
export function kindOf(method: BaselineMethod): BaselineKind {
  if (method === "adapt") return "shipped";
  return method === "litepred" || method === "default" ? "transferred" : "fitted";
}

/** No platform-specific method may look at the pool or at other platforms. */
export const platformSpecific: readonly BaselineMethod[] = ["flops", "flops+params", "look-up", "nn-meter", "brp-nas"];

export interface BaselinePlan {
  readonly method: BaselineMethod;
  readonly seed: number;
}

/** @throws LitepredError `unknown-name`, `bad-usage`. */
export function planBaselines(methods: readonly string[] = baselineMethods, seeds = 3): BaselinePlan[] {
  if (!(Number.isInteger(seeds) && seeds >= 1))
    throw new LitepredError("bad-usage", `--seeds ${seeds} is not 1 or more`);
  const known = methods.map((name) => {
    const method = baselineMethods.find((one) => one === name);
    if (method !== undefined) return method;
    throw unknownName("baseline", name, baselineMethods);
  });
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) => known.map((method) => ({ method, seed })));
}

/** What nn-Meter's own sampler starts with (its `predictorbuild_config.yaml`); its rounds around the worst come on top and are not counted. */
const initialSamples: Readonly<Record<string, number>> = { "conv-bn-relu": 10_000, "dwconv-bn-relu": 5000 };
const initialOfOthers = 3000;

/** How many kernels nn-Meter would measure to know these kernel types. */
export const nnMeterSamples = (types: Iterable<string>): number =>
  [...types].reduce((total, type) => total + (initialSamples[type] ?? initialOfOthers), 0);

/** Of all architectures measured, how many of each space a method looks at. */
export const lookedAtPerSpace = 16;
/** Of a space of which fewer were measured no more than this share. Choice: as many as of forty. */
const mostLookedAt = 0.4;

/**
 * Which networks are looked at and which are the test: drawn anew for each run, space by space. All are measured in one go, so the
 * machine's slower phases meet both alike; fitted on what was measured first, intervals would promise a quieter machine than the test
 * finds.
 */
export function splitNetworks<T extends { readonly space: string }>(all: readonly T[], run: number) {
  const parts = [...new Set(all.map(({ space }) => space))].map((space) => {
    const own = createRandom(`${run}/split/${space}`).shuffle(all.filter((one) => one.space === space));
    const looked = Math.min(lookedAtPerSpace, Math.round(mostLookedAt * own.length));
    return { looked: own.slice(0, looked), test: own.slice(looked) };
  });
  return { looked: parts.flatMap(({ looked }) => looked), test: parts.flatMap(({ test }) => test) };
}
