/** The models that were opened. Their files stay where they are: only the graph is kept, and a file is read again for another shape. */
import { LitepredError, sha256 } from "../../src/base/index.js";
import type { Graph } from "../../src/graph/index.js";
import { readModel } from "../../src/readers/index.js";
import type { ModelFacts, ModelInput } from "./protocol.js";

export interface OpenedModel {
  readonly facts: ModelFacts;
  readonly graph: Graph;
}

export interface Models {
  open(name: string, file: Blob, inputs: readonly ModelInput[]): Promise<ModelFacts>;
  /** A model that is another one changed. */
  add(id: string, name: string, graph: Graph, bytes: number): ModelFacts;
  get(id: string): OpenedModel;
}

export function createModels(): Models {
  const models = new Map<string, OpenedModel>();
  const add = (id: string, name: string, graph: Graph, bytes: number) => {
    const facts = { id, name, bytes, nodes: graph.nodes.length, inputs: inputsOf(graph) };
    models.set(id, { facts, graph });
    return facts;
  };
  return {
    add,
    async open(name, file, inputs) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const inputShapes = Object.fromEntries(inputs.map(({ name, shape }) => [name, shape]));
      const graph = readModel(bytes, { name, inputShapes });
      return add(idOf(name, bytes, inputs), name, graph, bytes.length);
    },
    get(id) {
      const model = models.get(id);
      if (model === undefined)
        throw new LitepredError("unreadable-file", "this model is not open any more", "drop its file again");
      return model;
    },
  };
}

/** Hashing the ends is enough to tell files apart that one person opens, and takes no time for large ones. */
const hashedEnd = 65_536;

function idOf(name: string, bytes: Uint8Array, inputs: readonly ModelInput[]): string {
  const ends = sha256(bytes.subarray(0, hashedEnd)) + sha256(bytes.subarray(Math.max(0, bytes.length - hashedEnd)));
  return sha256(`${name}${bytes.length}${ends}${JSON.stringify(inputs)}`).slice(0, 12);
}

const inputsOf = (graph: Graph): ModelInput[] =>
  graph.inputs.map((name) => ({ name, shape: graph.tensors.get(name)!.shape }));
