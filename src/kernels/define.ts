/** How a row of the catalogue is written down: fields once, from which the types of its functions' configs follow. */
import { createGraphBuilder, type GraphBuilder } from "../graph/index.js";
import type { Field, KernelConfig, KernelType } from "./types.js";

export interface IntegerSpec {
  readonly kind: "integer";
  readonly min: number;
  readonly max: number;
  readonly default?: number;
  readonly example?: number;
}

interface ChoiceSpec<C extends string> {
  readonly kind: "choice";
  readonly choices: readonly C[];
  readonly default: C;
  kindOf?(choice: string): string;
}

type FieldSpecs = Readonly<Record<string, IntegerSpec | ChoiceSpec<string>>>;

/** The config of a type with these fields. */
export type ConfigOf<S extends FieldSpecs> = {
  readonly [K in keyof S]: S[K] extends ChoiceSpec<infer C> ? C : number;
};

/** A size that a config must give, with a typical value. */
export const size = (example: number, max = 65536, min = 1): IntegerSpec => ({ kind: "integer", min, max, example });

/** A number that a config may leave out. */
export const option = (fallback: number, max: number, min = 1): IntegerSpec => ({
  kind: "integer",
  min,
  max,
  default: fallback,
});

/** A choice; the first one is the default. */
export const choice = <const C extends string>(first: C, ...others: C[]): ChoiceSpec<C> => ({
  kind: "choice",
  choices: [first, ...others],
  default: first,
});

/** Named numbers of a config. */
export type Columns<C> = Readonly<Record<string, (config: C) => number>>;

export interface KernelTypeSpec<Name extends string, S extends FieldSpecs> {
  readonly name: Name;
  readonly summary: string;
  readonly fields: S;
  invalid?(config: ConfigOf<S>): string | undefined;
  repair?(config: ConfigOf<S>): ConfigOf<S>;
  flops(config: ConfigOf<S>): number;
  /** Default: none. */
  params?(config: ConfigOf<S>): number;
  /** Run-time elements read and written; weights read default to `params`. */
  elements(config: ConfigOf<S>): { input: number; output: number; weight?: number };
  /** Extra features by name. */
  readonly derived?: Columns<ConfigOf<S>>;
  /** Adds inputs and nodes of the kernel; returns its outputs. */
  build(b: GraphBuilder, config: ConfigOf<S>): string | readonly string[];
}

export function defineKernelType<const Name extends string, const S extends FieldSpecs>(
  spec: KernelTypeSpec<Name, S>,
): KernelType<Name> {
  const fields = Object.entries(spec.fields).map(([name, field]): Field => ({ name, ...field }));
  const typed = (config: KernelConfig) => config as ConfigOf<S>;
  const { invalid, repair } = spec;
  const columns = (spec.derived ?? {}) as Columns<KernelConfig>;
  const params = (config: KernelConfig) => spec.params?.(typed(config)) ?? 0;
  return {
    name: spec.name,
    summary: spec.summary,
    fields,
    invalid: invalid && ((config) => invalid(typed(config))),
    repair: repair && ((config) => repair(typed(config))),
    flops: (config) => spec.flops(typed(config)),
    params,
    elements(config) {
      const { input, output, weight } = spec.elements(typed(config));
      return { input, output, weight: weight ?? params(config) };
    },
    derived: (config) => Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column(config)])),
    derivedColumns: columns,
    graph(config) {
      const b = createGraphBuilder(spec.name);
      const outputs = spec.build(b, typed(config));
      return b.build(typeof outputs === "string" ? [outputs] : outputs);
    },
  };
}
