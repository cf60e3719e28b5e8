/**
 * A search space of the user's own, written as one plain object: its choices, which of them go together, and the graph. Made into the
 * same kind of space as those that ship.
 */
import { z } from "zod";
import { LitepredError, type Random } from "../base/index.js";
import * as layers from "../graph/index.js";
import { createChoiceSpace, type Genes } from "./choice-space.js";
import type { Architecture, Choice, Space } from "./space.js";

/** What `toGraph` builds with: `graph("name")` begins one, the layers add to it. */
export type Layers = typeof layers;

export interface UserSpaceDefinition {
  readonly name: string;
  readonly summary?: string | undefined;
  /** Options of each choice; a list of lists where there is one choice a block. */
  readonly choices: Readonly<Record<string, readonly Choice[] | readonly (readonly Choice[])[]>>;
  /** Each has to hold; absent: everything goes with everything. */
  readonly conditions?: readonly ((architecture: never) => boolean)[] | undefined;
  /** False for a position that has no effect, as a block beyond the depth. */
  active?(architecture: never, choice: string, position: number): boolean;
  toGraph(architecture: never, layers: Layers): layers.Graph;
}

/** Draws, or changes of an architecture, until the conditions have to hold. Choice. */
const mostTries = 1000;

/** @throws LitepredError `invalid-config` for what is no definition. */
export function createUserSpace(given: unknown): Space {
  const definition = checked(given);
  const { conditions = [], active } = definition;
  const plain = createChoiceSpace({
    name: definition.name,
    summary: definition.summary ?? definition.name,
    genes: genesOf(definition.choices),
    ...(active && {
      active: (architecture: Architecture, gene: string, at: number) => active(architecture as never, gene, at),
    }),
    graph: (architecture: Architecture) => definition.toGraph(architecture as never, layers),
  }) as Space;
  return conditions.length === 0 ? plain : withConditions(plain, conditions as readonly Condition[]);
}

type Condition = (architecture: Architecture) => boolean;

function withConditions(space: Space, conditions: readonly Condition[]): Space {
  const holds = (architecture: Architecture) => conditions.every((condition) => condition(architecture));
  const firstOf = (draw: () => Architecture): Architecture | undefined => {
    for (let i = 0; i < mostTries; i++) {
      const drawn = draw();
      if (holds(drawn)) return drawn;
    }
    return undefined;
  };
  return {
    ...space,
    sample(random) {
      const found = firstOf(() => space.sample(random));
      if (found !== undefined) return found;
      throw new LitepredError(
        "invalid-config",
        `${space.name}: none of ${mostTries} draws meets the conditions`,
        "write choices so that most draws meet them",
      );
    },
    mutate: (architecture, random: Random, rate) =>
      firstOf(() => space.mutate(architecture, random, rate)) ?? architecture,
    cross: (a, b, random: Random) => firstOf(() => space.cross(a, b, random)) ?? a,
    decode(vector) {
      const architecture = space.decode(vector);
      if (holds(architecture)) return architecture;
      throw new LitepredError("invalid-config", `${space.name}: ${vector.join("-")} does not meet the conditions`);
    },
  };
}

const choiceSchema = z.union([z.number(), z.string(), z.boolean()]);
const optionsSchema = z.array(choiceSchema).min(1);
const functionSchema = z.custom<Condition>((value) => typeof value === "function", "a function");
const definitionSchema = z.looseObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "lower-case letters, digits and -"),
  summary: z.string().optional(),
  choices: z.record(z.string(), z.union([optionsSchema, z.array(optionsSchema).min(1)])),
  conditions: z.array(functionSchema).optional(),
  active: functionSchema.optional(),
  toGraph: functionSchema,
});

function checked(given: unknown): UserSpaceDefinition {
  const result = definitionSchema.safeParse(given);
  if (result.success) return given as UserSpaceDefinition;
  const issue = result.error.issues[0];
  throw new LitepredError(
    "invalid-config",
    `no search space: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`,
    "export default { name, choices, conditions?, toGraph(architecture, layers) }; docs/how-to/search.md has an example",
  );
}

const genesOf = (choices: UserSpaceDefinition["choices"]): Genes =>
  Object.fromEntries(
    Object.entries(choices).map(([name, options]) => [
      name,
      Array.isArray(options[0]) ? { positions: options as readonly (readonly Choice[])[] } : (options as Choice[]),
    ]),
  );
