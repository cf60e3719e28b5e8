/** What `evaluate transfer --platform …` measures and compares. Pure. */
import { join } from "node:path";
import { parsePlatformId } from "../../platforms/index.js";
import { type NamedNetwork, networksOfSpaces } from "../../sampling/index.js";
import type { NasSpaceName } from "../../spaces/index.js";
import { moreData } from "../more-data.js";

/** The six spaces of the method's evaluation: five of CNNs, one of vision transformers. */
const cnnSpaces = ["ofa-mobilenetv3", "proxylessnas", "ofa-resnet50", "fbnet", "attentivenas"] as const;
const transformerSpaces = ["autoformer"] as const;
const evaluatedSpaces = [...cnnSpaces, ...transformerSpaces] as const satisfies readonly NasSpaceName[];
export const spacesEvaluated: readonly string[] = evaluatedSpaces;
export const isEvaluated = (space: string): boolean => (evaluatedSpaces as readonly string[]).includes(space);
const each = (spaces: readonly string[], count: number) => Object.fromEntries(spaces.map((space) => [space, count]));
const fitCounts = each(evaluatedSpaces, 12);
const testCounts = { ...each(cnnSpaces, 60), ...each(transformerSpaces, 24) };
/** Kernels measured alone at most, where they are not timed inside networks: what `adapt` measures unless told otherwise. */
export const kernelCount = 600;
/** Networks of its correction, likewise. */
export const modelsLooked = 40;
/** Of what is measured once for all draws. */
export const seed = 1;
const formerSeed = 7;

/** What earlier versions measured for this experiment: `evaluate dataset` draws none of them. */
export async function networksOfExperiment(): Promise<{ fit: NamedNetwork[]; test: NamedNetwork[] }> {
  const fit = await networksOfSpaces("adapt", fitCounts, formerSeed);
  return { fit, test: await networksOfSpaces("test", testCounts, formerSeed, fit) };
}

/** Where the predictors that take part as sources are kept: a workspace's pool of its own. */
export const sourceHome = (home: string): string => join(home, "experiments", "transfer");

export interface TransferVariant {
  readonly name: string;
  readonly sources: "all" | "other engines" | "none";
  /** So many of the kernels that the store has, chosen by the method; absent: as `adapt` does it, with all that was measured. */
  readonly kernels?: number | undefined;
}

/** What is compared by default: the method's own settings (a) and (b), and the same data without a pool. */
export const transferVariants: readonly TransferVariant[] = [
  { name: "whole pool", sources: "all" },
  { name: "other engines only", sources: "other engines" },
  { name: "from scratch", sources: "none" },
];

/** Fewer kernels, with one seed: transfer beside training from scratch with the same data and with more. */
export const budgetVariants: readonly (TransferVariant & { readonly kernels: number })[] = [100, 200, 400].flatMap(
  (kernels) => [
    { name: `whole pool, ${kernels} kernels`, sources: "all" as const, kernels },
    { name: `from scratch, ${kernels} kernels`, sources: "none" as const, kernels },
    { name: `from scratch, ${moreData} × ${kernels} kernels`, sources: "none" as const, kernels: moreData * kernels },
  ],
);

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
