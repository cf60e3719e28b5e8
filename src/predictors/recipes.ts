/**
 * How a base predictor is made: which features, which target, which learners. `published` is the paper's;
 * `default` is ours (roofline residual, derived features; the choice was measured, see docs/reproduction.md); `compact` is
 * ours without networks: a tenth of the size, for few rows and for pools that travel.
 */
import { LitepredError } from "../base/index.js";
import type { FeatureSet } from "../kernels/index.js";
import type { LearnerName } from "../learning/index.js";

export interface Recipe {
  readonly name: RecipeName;
  readonly features: FeatureSet;
  /** Learn latency ÷ roofline instead of latency. */
  readonly rooflineResidual: boolean;
  /** Its learners are trained in the engine. */
  readonly needsEngine: boolean;
  /** Averaged in log space. Fewer rows than `minimumRows`: a ridge regression alone. */
  learners(rows: number): readonly LearnerName[];
}

export type RecipeName = "default" | "compact" | "published";

/** Under this many rows a network has nothing to learn from. Choice. */
const networkRows = 120;
/** Exact Gaussian processes cost n³. Choice: about ten seconds. */
const gaussianRows = 700;

export const recipes: Readonly<Record<RecipeName, Recipe>> = {
  default: {
    name: "default",
    features: "derived",
    rooflineResidual: true,
    needsEngine: true,
    learners: (rows) => {
      if (rows < 12) return ["ridge"];
      if (rows < networkRows) return ["gaussian-process"];
      return rows <= gaussianRows ? ["gaussian-process", "resmlp"] : ["resmlp"];
    },
  },
  compact: {
    name: "compact",
    features: "derived",
    rooflineResidual: true,
    needsEngine: false,
    learners: (rows) => [rows < 12 ? "ridge" : "gaussian-process"],
  },
  published: {
    name: "published",
    features: "published",
    rooflineResidual: false,
    needsEngine: true,
    learners: () => ["mlp16"],
  },
};

/** @throws LitepredError `bad-usage`. */
export function recipeNamed(name: string): RecipeName {
  if (Object.hasOwn(recipes, name)) return name as RecipeName;
  throw new LitepredError("bad-usage", `recipe "${name}" is not known`, `use ${Object.keys(recipes).join(" or ")}`);
}
