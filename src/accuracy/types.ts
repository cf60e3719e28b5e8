/**
 * The contract of accuracy predictors: how good the architectures of one space are. Computed from a fit, read from a table, or asked
 * elsewhere; the search sees no difference.
 */
import type { Architecture, Choice } from "../spaces/index.js";

export interface AccuracyPrediction {
  /**
   * Top-1 in percent. NaN, as the two others then are: nothing is known of this architecture (it is not in the table), and a search never
   * chooses it.
   */
  readonly accuracy: number;
  readonly lowAccuracy: number;
  readonly highAccuracy: number;
}

export interface AccuracyPredictor<A = Architecture> {
  readonly name: string;
  /** Name of the space whose architectures it takes. */
  readonly space: string;
  /** Genes of which it knows one choice alone: a search stays there (`fixGenes`). */
  readonly fixed?: Readonly<Record<string, Choice>>;
  /** All that it knows, where that is a list. */
  readonly architectures?: readonly A[];
  /**
   * In the order of the architectures, many at a time.
   * @param level of the interval, 0–1; default 0.9
   * @throws LitepredError `invalid-config` for an architecture that it must not be asked about
   */
  predictAll(
    architectures: readonly A[],
    level?: number,
  ): readonly AccuracyPrediction[] | Promise<readonly AccuracyPrediction[]>;
}
