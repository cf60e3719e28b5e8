import type { Accuracy } from "../base/index.js";
import type { LearnerState } from "../learning/index.js";
import type { FieldRange } from "./range.js";
import type { RecipeName } from "./recipes.js";

/** How well a kernel predictor did on rows it was not trained on. */
export type HeldOut = Accuracy;

/** Everything a kernel predictor is, as data: what the artefact stores. */
export interface KernelPredictorState {
  readonly type: string;
  readonly recipe: RecipeName;
  readonly samples: number;
  readonly heldOut: HeldOut;
  readonly ranges: Readonly<Record<string, FieldRange>>;
  /** Elements read and written by the smallest kernel trained on; absent in files of before. */
  readonly leastElements?: number | undefined;
  /** By the largest; absent in files of before. */
  readonly mostElements?: number | undefined;
  readonly featureNames: readonly string[];
  /** Coefficients of the roofline; absent where the recipe has none. */
  readonly roofline?: readonly number[] | undefined;
  /** Smallest and largest ln(target) of the training rows: predictions stay within them, give or take `extrapolation`. */
  readonly targetRange: readonly [number, number];
  readonly models: readonly LearnerState[];
  /** Of a type that the catalogue lacks: what it is made of. */
  readonly userType?: UserTypeDefinition | undefined;
  /** Other predictors of the type: what is predicted is the mean of them and this (`blendKernelPredictors`). They have none themselves. */
  readonly blended?: readonly KernelPredictorState[] | undefined;
}

/** Fields of a user-defined kernel type, and formulas over them. */
export interface UserTypeDefinition {
  readonly fields: readonly string[];
  readonly flops?: string | undefined;
  readonly params?: string | undefined;
}
