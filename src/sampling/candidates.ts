/** Which kernel configs may be measured, or asked of adapted predictors: those of the search spaces, and of tables that were imported. */
import { createRandom, getOrCreate } from "../base/index.js";
import type { FusionRules, KernelConfig } from "../kernels/index.js";
import { kernelRows, type Store } from "../measurements/index.js";
import { loadSpaces, spaceNames } from "../spaces/index.js";
import { planKernels } from "./plan.js";
import { collectStatistics, usualPerSpace } from "./statistics.js";

/** Configs by kernel type. */
export type Candidates = ReadonlyMap<string, readonly KernelConfig[]>;

/** A kernel type has at least this many candidates, as far as the spaces have them. Choice. */
const fewestCandidates = 150;
/** Networks of each space that configs are taken from. Choice: the usual number has ten thousand distinct ones, and takes seven seconds. */
export const networksPerSpace = { many: usualPerSpace, few: 8 };

export interface SpaceCandidatesRequest {
  /** Which operators are one kernel. */
  readonly rules: FusionRules;
  readonly count: number;
  readonly seed: number;
  /** Default all. */
  readonly spaces?: readonly string[] | undefined;
  /** Networks of each; default many. */
  readonly perSpace?: number | undefined;
}

export async function spaceCandidates(request: SpaceCandidatesRequest): Promise<Candidates> {
  const { rules, count, seed, spaces = spaceNames, perSpace = networksPerSpace.many } = request;
  const statistics = collectStatistics({
    spaces: await loadSpaces(spaces),
    rules,
    architecturesPerSpace: perSpace,
    random: createRandom(`${seed}/statistics`),
  });
  const byType = new Map<string, KernelConfig[]>();
  for (const { type, config } of planKernels({ statistics, budget: count, seed, minimumPerType: fewestCandidates }))
    getOrCreate(byType, type, () => [] as KernelConfig[]).push(config);
  return byType;
}

/** What tables of any platform have of the given kernel types, which no space knows. */
export async function importedCandidates(store: Store, types: readonly string[]): Promise<Candidates> {
  const found = new Map<string, readonly KernelConfig[]>();
  for (const type of types) {
    const [rows] = kernelRows(await store.query({ kind: "kernel", type, status: "ok" }));
    if (rows !== undefined) found.set(type, rows.configs);
  }
  return found;
}
