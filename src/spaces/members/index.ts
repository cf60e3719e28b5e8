/** Example models built by our own code: complete graphs, batch 1, weights without values. */
import type { Graph } from "../../graph/index.js";

export const exampleModelNames = [] as readonly string[];

/** @throws LitepredError `unknown-name`. */
export function buildExampleModel(_name: string): Graph {
  throw new Error("internal: not written yet");
}
