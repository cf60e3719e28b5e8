/** The models that were opened. Their files stay where they are: only the graph is kept, and a file is read again for another shape. */
import { LitepredError, sha256 } from "../../src/base/index.js";
import type { Graph } from "../../src/graph/index.js";
import { formatOf, type ReadAt, readModel, withoutWeights } from "../../src/readers/index.js";
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
      const inputShapes = Object.fromEntries(inputs.map(({ name, shape }) => [name, shape]));
      const graph = readModel(await bytesOf(file), { name, inputShapes });
      return add(await idOf(name, file, inputs), name, graph, file.size);
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

async function idOf(name: string, file: Blob, inputs: readonly ModelInput[]): Promise<string> {
  const read = readAt(file);
  const length = Math.min(hashedEnd, file.size);
  const ends = sha256(await read(0, length)) + sha256(await read(file.size - length, length));
  return sha256(`${name}${file.size}${ends}${JSON.stringify(inputs)}`).slice(0, 12);
}

const readAt =
  (file: Blob): ReadAt =>
  async (offset, length) =>
    new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());

/** Below, a file is read at once, which is quicker than stepping through it. Choice. */
const largeBytes = 2 ** 24;

/** Of a large ONNX file without its weights; those of a .tflite file are read, once. */
async function bytesOf(file: Blob): Promise<Uint8Array> {
  const read = readAt(file);
  const slim =
    file.size > largeBytes && formatOf(await read(0, 8)) === "onnx" ? await withoutWeights(read, file.size) : undefined;
  return slim ?? read(0, file.size);
}

const inputsOf = (graph: Graph): ModelInput[] =>
  graph.inputs.map((name) => ({ name, shape: graph.tensors.get(name)!.shape }));
