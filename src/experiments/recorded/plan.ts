/** Which recorded platforms are targets, of which methods, with how many measurements. Pure. */
import type { MethodName } from "./methods.js";

/** A recorded platform and the others of its group. */
export interface RecordedTarget {
  /** `group/platform`. */
  readonly name: string;
  readonly folder: string;
  readonly pool: readonly string[];
}

export interface RecordedOptions {
  readonly methods?: readonly string[] | undefined;
  readonly budgets?: readonly number[] | undefined;
  readonly seeds?: readonly number[] | undefined;
}

export interface RecordedPlan {
  readonly target: RecordedTarget;
  readonly method: string;
  readonly budget: number;
  readonly seed: number;
}

const defaultMethods = [
  "default",
  "litepred",
  "log-linear",
  "median-ratio",
  "scratch",
] as const satisfies readonly MethodName[];
const defaultBudgets = [60, 130, 260, 1000];
const defaultSeeds = [1, 2, 3, 4, 5];

/** One seed after the other, so that a table cut short has all methods. */
export function planRecorded(
  targets: readonly RecordedTarget[],
  { methods = defaultMethods, budgets = defaultBudgets, seeds = defaultSeeds }: RecordedOptions,
): RecordedPlan[] {
  return seeds.flatMap((seed) =>
    budgets.flatMap((budget) =>
      methods.flatMap((method) => targets.map((target) => ({ target, method, budget, seed }))),
    ),
  );
}

/** Each member of a group in turn the target, the others its pool. */
export function targetsOfGroup(group: string, folders: readonly { name: string; path: string }[]): RecordedTarget[] {
  return folders.map(({ name, path }) => ({
    name: `${group}/${name}`,
    folder: path,
    pool: folders.filter((other) => other.name !== name).map((other) => other.path),
  }));
}
