/**
 * Search spaces (published NAS spaces and a zoo of network families). In: a seeded Random, or an architecture as plain
 * JSON. Out: architectures and complete model graphs. Members are listed here alone and loaded on first use.
 * May import graph, readers, writers, kernels, base.
 */
import { LitepredError } from "../base/index.js";
import type { Space } from "./space.js";

export type { Architecture, Choice, Space } from "./space.js";

const members = {} as const satisfies Record<string, () => Promise<Space>>;

export type SpaceName = string;

/** Published NAS search spaces. */
export const NAS_SPACES: readonly SpaceName[] = [];
/** Families of networks that people deploy, as PyTorch exports them; used to draw kernel configs, not to search. */
export const ZOO_SPACES: readonly SpaceName[] = [];

/** @throws LitepredError `unknown-name`. */
export async function loadSpace(name: SpaceName): Promise<Space> {
  const load = (members as Record<string, () => Promise<Space>>)[name];
  if (load === undefined)
    throw new LitepredError(
      "unknown-name",
      `unknown search space ${name}`,
      `one of ${[...NAS_SPACES, ...ZOO_SPACES].join(", ")}`,
    );
  return load();
}

export const loadSpaces = (names: readonly SpaceName[] = [...NAS_SPACES, ...ZOO_SPACES]): Promise<Space[]> =>
  Promise.all(names.map(loadSpace));
