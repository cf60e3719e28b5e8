/** Configs in two halves: samplers see one, and what they draw is compared with the other. */
import type { KernelConfig, LooseConfig } from "../../kernels/index.js";
import type { ConfigStatistics, WeightedPoint } from "../../sampling/index.js";

export interface Halves {
  readonly source: string;
  readonly type: string;
  readonly seen: readonly ConfigStatistics[];
  readonly unseen: readonly ConfigStatistics[];
  /** What the VAEs are given for a config, and how it comes back. */
  readonly form: ConfigForm;
  /** How much a config weighs in both halves and in the training of the VAEs. */
  readonly weightOf: (entry: ConfigStatistics) => number;
}

/** A set of configs, as the VAEs and the histograms see it. */
export interface ConfigForm {
  readonly sizes: readonly string[];
  encode(config: KernelConfig): KernelConfig;
  /** Drawn by a VAE: raw. */
  decode(raw: LooseConfig): KernelConfig;
  /** Points of equal weights, all of the same two sizes; undefined where fewer than two vary. */
  points(configs: readonly KernelConfig[]): WeightedPoint[] | undefined;
}

/** Shares are of all configs, those that the histogram leaves out included. */
export function weightedPoints(
  form: ConfigForm,
  entries: readonly ConfigStatistics[],
  weightOf: Halves["weightOf"],
): WeightedPoint[] {
  const total = entries.reduce((sum, entry) => sum + weightOf(entry), 0);
  return entries.flatMap((entry) =>
    form.points([entry.config])!.map((point) => ({ ...point, weight: weightOf(entry) / total })),
  );
}

/** Of configs that were drawn: each draw counts once. */
export const drawnPoints = (form: ConfigForm, configs: readonly KernelConfig[]): WeightedPoint[] =>
  weightedPoints(
    form,
    configs.map((config) => ({ config, count: 1, share: 1 })),
    () => 1,
  );
