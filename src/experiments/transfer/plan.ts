/** What `evaluate transfer --platform …` measures and compares. Pure. */
import { createRandom } from "../../base/index.js";
import { parsePlatformId } from "../../platforms/index.js";
import { type NamedNetwork, networksOfSpaces } from "../../sampling/index.js";
import type { NasSpaceName } from "../../spaces/index.js";
import { moreData } from "../more-data.js";

/** The six spaces of the method's evaluation: five of CNNs, one of vision transformers. */
const cnnSpaces = ["ofa-mobilenetv3", "proxylessnas", "ofa-resnet50", "fbnet", "attentivenas"] as const;
const transformerSpaces = ["autoformer"] as const;
const evaluatedSpaces = [...cnnSpaces, ...transformerSpaces] as const satisfies readonly NasSpaceName[];
export const isEvaluated = (space: string): boolean => (evaluatedSpaces as readonly string[]).includes(space);
const each = (spaces: readonly string[], count: number) => Object.fromEntries(spaces.map((space) => [space, count]));
const fitCounts = each(evaluatedSpaces, 12);
const testCounts = { ...each(cnnSpaces, 60), ...each(transformerSpaces, 24) };
/** Of all that are sampled, how many of each space a transfer looks at; 300 are left. */
export const lookedAtPerSpace = 16;
/** Every so many-th test network is measured a second time, for the noise ceiling; prime to the six, then five spaces in turn. */
export const repeatedEvery = 7;
/** Kernels measured alone on every platform; a transfer looks at some of them. */
export const kernelCount = 500;
export const seed = 7;

export async function networksOfExperiment(): Promise<{ fit: NamedNetwork[]; test: NamedNetwork[] }> {
  const fit = await networksOfSpaces("adapt", fitCounts, seed);
  return { fit, test: await networksOfSpaces("test", testCounts, seed, fit) };
}

export interface TransferVariant {
  readonly name: string;
  readonly sources: "all" | "other engines" | "none";
  readonly kernels: number;
  readonly architectures: number;
}

/** Whole networks that a transfer looks at, for the model-level correction. */
export const architecturesLooked = lookedAtPerSpace * evaluatedSpaces.length;
const kernelsLooked = 400;
const variant = (name: string, sources: TransferVariant["sources"], kernels: number): TransferVariant => ({
  name,
  sources,
  kernels,
  architectures: architecturesLooked,
});

/** What is compared by default: the method's own settings (a) and (b), and the same data without a pool. */
export const transferVariants: readonly TransferVariant[] = [
  variant("whole pool", "all", kernelsLooked),
  variant("other engines only", "other engines", kernelsLooked),
  variant("from scratch", "none", kernelsLooked),
];

/** More budgets, with one seed: transfer beside training from scratch with the same data and with more. */
export const budgetVariants: readonly TransferVariant[] = [100, 200, kernelsLooked].flatMap((kernels) => [
  ...(kernels === kernelsLooked
    ? []
    : [
        variant(`whole pool, ${kernels} kernels`, "all", kernels),
        variant(`from scratch, ${kernels} kernels`, "none", kernels),
      ]),
  variant(`from scratch, ${moreData} × ${kernels} kernels`, "none", moreData * kernels),
]);

export interface TransferOptions {
  /** Default `transferVariants`. */
  readonly variants?: readonly TransferVariant[] | undefined;
  readonly seeds: number;
  /** Also `budgetVariants`, with the first seed. */
  readonly budgets?: boolean | undefined;
}

/** One transfer to a target; `run` is its seed. */
export interface TransferPlan {
  readonly variant: TransferVariant;
  readonly run: number;
}

export const planTransfers = ({ variants = transferVariants, seeds, budgets }: TransferOptions): TransferPlan[] => [
  ...variants.flatMap((variant) => Array.from({ length: seeds }, (_, i) => ({ variant, run: i + 1 }))),
  ...(budgets ? budgetVariants.map((variant) => ({ variant, run: 1 })) : []),
];

/** Names under which one engine family goes: sources of the same family are excluded together. */
const families: readonly (readonly string[])[] = [
  ["litert", "tflite"],
  ["onnxruntime-node", "onnxruntime-web"],
];
const familyOf = (platform: string) => {
  const { engine } = parsePlatformId(platform);
  return families.find((names) => names.includes(engine))?.[0] ?? engine;
};

export function maySource({ sources }: TransferVariant, target: string, source: string): boolean {
  if (source === target || sources === "none") return false;
  return sources === "all" || familyOf(source) !== familyOf(target);
}

/** Of a space of which fewer were measured no more than this share. Choice: as many as of forty. */
const mostLookedAt = 0.4;

/**
 * Which networks are looked at and which are the test: drawn anew for each run, space by space. All are measured in one go, so the
 * machine's slower phases meet both alike; fitted on what was measured first, intervals would promise a quieter machine than the test
 * finds.
 */
export function splitNetworks<T extends { readonly space: string }>(all: readonly T[], run: number) {
  const parts = evaluatedSpaces.map((space) => {
    const own = createRandom(`${run}/split/${space}`).shuffle(all.filter((one) => one.space === space));
    const looked = Math.min(lookedAtPerSpace, Math.round(mostLookedAt * own.length));
    return { looked: own.slice(0, looked), test: own.slice(looked) };
  });
  return { looked: parts.flatMap(({ looked }) => looked), test: parts.flatMap(({ test }) => test) };
}
