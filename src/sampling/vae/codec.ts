/**
 * Kernel configs as rows of numbers in [0, 1] that a VAE learns, and back. Fields that never vary are left out; a width
 * field is written relative to its height (kernelW to kernelH, w to h), so that square stays square.
 */
import type { Random } from "../../base/index.js";
import type { KernelConfig, LooseConfig } from "../../kernels/index.js";
import type { Matrix } from "../../learning/index.js";

export interface ConfigCodec {
  readonly columns: number;
  encode(configs: readonly KernelConfig[]): Matrix;
  /** Raw configs, not yet projected; `random` where a row is a distribution. */
  decode(rows: Matrix, random: Random): LooseConfig[];
}

/** What codecs are made from: configs that were seen, and how often each is drawn (any scale). */
export interface Observations {
  readonly configs: readonly KernelConfig[];
  readonly weights: ArrayLike<number>;
  /** Names of the fields that are sizes (log scale); the others are treated as choices or small numbers. */
  readonly sizes: readonly string[];
}

export const varying = ({ configs }: Pick<Observations, "configs">): string[] =>
  Object.keys(configs[0] ?? {}).filter((name) => configs.some((config) => config[name] !== configs[0]![name]));

/** The field that `name` is written relative to, if both vary: h for w, kernelH for kernelW … */
export function partnerOf(name: string, names: readonly string[]): string | undefined {
  const partner = name === "w" ? "h" : name.endsWith("W") ? `${name.slice(0, -1)}H` : undefined;
  return partner !== undefined && names.includes(partner) ? partner : undefined;
}

/** log2 of a size, relative to its partner's where it has one. */
export function logOf(config: KernelConfig, name: string, partner: string | undefined): number {
  const log = Math.log2(config[name] as number);
  return partner === undefined ? log : log - Math.log2(config[partner] as number);
}
