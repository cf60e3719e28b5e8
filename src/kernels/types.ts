/**
 * What a kernel is: a fused group of operators run as one, named by its kernel type, with the config that determines
 * its latency. The catalogue (catalogue.ts and types/) is the single table of kernel types; detector and rules fill it from graphs.
 */
import type { Graph } from "../graph/index.js";

/** Hyper-parameters of a kernel, e.g. `{h: 56, w: 56, cin: 64, …, activation: "relu"}`. Numbers are integers unless the field says otherwise. */
export type KernelConfig = Readonly<Record<string, number | string>>;

export interface Kernel {
  /** Unique in its model; derived from its main node. */
  readonly name: string;
  /** Name in the catalogue, or of a user-defined type. */
  readonly type: string;
  readonly config: KernelConfig;
  /** Two per multiply-add; other arithmetic one per element. */
  readonly flops: number;
  /** Number of weights, biases included, batch-norm folded. */
  readonly params: number;
  /** Names of the graph nodes it covers. */
  readonly nodes: readonly string[];
}

export type Field =
  | {
      readonly name: string;
      /** `number` (fractions allowed) occurs in user-defined types only. */
      readonly kind: "integer" | "number";
      readonly min: number;
      readonly max: number;
      /** Taken where a config omits the field; without it the field must be given. */
      readonly default?: number;
      /** A typical value, for examples and tests. */
      readonly example?: number;
    }
  | {
      readonly name: string;
      readonly kind: "choice";
      readonly choices: readonly string[];
      readonly default?: string;
      /** Choices of one kind differ in nothing that the derived features do not tell: measuring one says what another takes. */
      kindOf?(choice: string): string;
    };

/** One row of the catalogue. Every function takes a valid config. */
export interface KernelType<Name extends string = string> {
  readonly name: Name;
  readonly summary: string;
  readonly fields: readonly Field[];
  /** Constraints between fields beyond their ranges: the reason why a config is impossible, or undefined. */
  invalid?(config: KernelConfig): string | undefined;
  /** A config whose fields are in range made valid by the smallest changes (e.g. groups snapped to a divisor). */
  repair?(config: KernelConfig): KernelConfig;
  flops(config: KernelConfig): number;
  params(config: KernelConfig): number;
  /** Elements read, written, and weights read, at run time. */
  elements(config: KernelConfig): { input: number; output: number; weight: number };
  /** Extra latency-relevant features of this type (log scale where they are sizes), by name. */
  derived(config: KernelConfig): Readonly<Record<string, number>>;
  /** The same, one function for each: the fast way for many configs. */
  readonly derivedColumns?: Readonly<Record<string, (config: KernelConfig) => number>>;
  /** The kernel as a model of its own, weights without values. Absent for user-defined types. */
  graph?(config: KernelConfig): Graph;
}

export interface Detection {
  readonly kernels: readonly Kernel[];
  /** Elements of the outputs that the engine copies for its caller; absent where it does not. */
  readonly copiedElements?: number | undefined;
  /** Nodes no rule covers. Never dropped in silence; `reason` says why. */
  readonly unsupported: readonly { readonly node: string; readonly operator: string; readonly reason: string }[];
}
