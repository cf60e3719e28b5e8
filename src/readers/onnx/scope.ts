/**
 * Names inside functions and branches are local; in the flat graph every tensor has one name of its own. A scope maps
 * local names to those; a branch sees its surroundings, a function does not.
 */
import { LitepredError } from "../../base/index.js";
import type { Names } from "../names.js";
import type { AttributeScope } from "./attributes.js";

export interface Scope {
  readonly parent: Scope | undefined;
  /** "" for the main graph, whose names stay as they are. */
  readonly prefix: string;
  readonly names: Map<string, string>;
  /** Names that the outside expects for outputs of this scope. */
  readonly outputs: ReadonlyMap<string, string>;
  /** Version of each operator set, by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** What the caller gave to a function's attributes. */
  readonly attributes: AttributeScope | undefined;
}

/** Nested names are cut, lest a hostile file multiply long ones. */
const maxNestedName = 200;

export function resolve(scope: Scope, local: string): string | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const name = at.names.get(local);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Prefix for what is inside a node. */
export const prefixFor = (scope: Scope, node: string): string =>
  `${scope.prefix.slice(0, maxNestedName)}${node.slice(0, maxNestedName)}/`;

export const nestedName = (scope: Scope, own: string): string =>
  scope.prefix === "" ? own : scope.prefix + own.slice(0, maxNestedName);

/** The name in the flat graph for a tensor that the scope is about to define. Names of the main graph are its own. */
export function outerName(scope: Scope, local: string, names: Names): string {
  if (scope.prefix === "") return local;
  return scope.outputs.get(local) ?? names.unique(nestedName(scope, local));
}

/** Makes `local` known in the scope. @throws LitepredError `invalid-model` when it is known already. */
export function define(scope: Scope, local: string, names: Names): string {
  if (scope.names.has(local)) throw new LitepredError("invalid-model", `tensor "${local}" is defined twice`);
  const name = outerName(scope, local, names);
  scope.names.set(local, name);
  return name;
}
