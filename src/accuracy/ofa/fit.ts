/**
 * Fits the accuracy of OFA-MobileNetV3's sub-networks: one ridge regression on random sub-networks at 128, 160 and 192 and on searched
 * ones at 224 together, the resolution a term of its own. What blocks add is learned from all of them; how they work together at 224
 * mostly from the searched ones.
 */
import { ridgeRegression } from "../../learning/index.js";
import { type OfaArchitecture, ofaFeatures } from "./features.js";

/** Random ones were drawn evenly; searched ones are what searches of others came by, so good ones are frequent. */
export type OfaOrigin = "random" | "searched";

export interface OfaRow {
  readonly architecture: OfaArchitecture;
  /** Top-1 in percent. */
  readonly accuracy: number;
  readonly origin: OfaOrigin;
  /** As its table says it, in millions; undefined where the table does not. */
  readonly macsM?: number;
}

export interface OfaWeights {
  readonly intercept: number;
  readonly coefficients: readonly number[];
}

/** Among 0.3 to 10 the held-out error differs by 2 %. */
const penalty = 3;
/** The searched ones repeat within 0.1 points, the random ones scatter by 0.3; a whole squared ratio would lose the random ones. */
const weightOf: Readonly<Record<OfaOrigin, number>> = { random: 1, searched: 4 };

export function fitOfaAccuracy(rows: readonly OfaRow[]): OfaWeights {
  const x = ofaFeatures(rows.map(({ architecture }) => architecture));
  const weights = rows.map(({ origin }) => weightOf[origin]);
  const y = rows.map(({ accuracy }) => accuracy);
  const { intercept, coefficients } = ridgeRegression(x, y, { penalty, weights });
  return { intercept, coefficients: Array.from(coefficients) };
}

/** Top-1 in percent of each. */
export function ofaAccuracies(
  { intercept, coefficients }: OfaWeights,
  architectures: readonly OfaArchitecture[],
): Float64Array {
  const { columns, values } = ofaFeatures(architectures);
  return Float64Array.from(architectures, (_, i) => {
    let accuracy = intercept;
    for (let j = 0; j < columns; j++) accuracy += coefficients[j]! * values[i * columns + j]!;
    return accuracy;
  });
}
