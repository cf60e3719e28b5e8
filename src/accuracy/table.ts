/** Accuracies that are known one by one: a table as a predictor. */
import { LitepredError } from "../base/index.js";
import type { Space } from "../spaces/index.js";
import type { AccuracyPrediction, AccuracyPredictor } from "./types.js";

export interface AccuracyRow<A> {
  readonly architecture: A;
  /** Top-1 in percent. */
  readonly accuracy: number;
  /** Of an interval at whatever level its owner chose; default: the accuracy itself. */
  readonly lowAccuracy?: number;
  readonly highAccuracy?: number;
  /** File and line, for messages. */
  readonly where?: string;
}

const unknown: AccuracyPrediction = { accuracy: Number.NaN, lowAccuracy: Number.NaN, highAccuracy: Number.NaN };

/** @throws LitepredError `invalid-config`, `invalid-table` for a row that is no architecture of the space, or that stands there twice */
export function createTableAccuracy<A>(
  name: string,
  space: Pick<Space<A>, "name" | "encode" | "decode">,
  rows: readonly AccuracyRow<A>[],
): AccuracyPredictor<A> {
  // Genes without effect may be written in any way: the canonical form is what counts.
  const keyOf = (architecture: A) => space.encode(space.decode(space.encode(architecture))).join();
  const known = new Map<string, AccuracyPrediction>();
  for (const { architecture, accuracy, lowAccuracy = accuracy, highAccuracy = accuracy, where = name } of rows) {
    const key = keyOf(architecture);
    if (known.has(key))
      throw new LitepredError(
        "invalid-table",
        `${where}: this architecture stands there twice`,
        "leave one row for each architecture, for example their mean",
      );
    known.set(key, { accuracy, lowAccuracy, highAccuracy });
  }
  return {
    name,
    space: space.name,
    architectures: rows.map(({ architecture }) => architecture),
    predictAll: (architectures) => architectures.map((architecture) => known.get(keyOf(architecture)) ?? unknown),
  };
}
