/** A front as files: table, architectures, picture, page, and the best network in the formats of engines. Weights are of our own. */
import { join } from "node:path";
import { LitepredError, saveWhole } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { type Front, frontCsv, frontPage, frontPicture } from "../reports/index.js";
import { writeOnnx, writeTflite } from "../writers/index.js";
import { loadSearchSpace } from "./space.js";

/** Names of the files, those that an operator kept from being written left out. */
export async function writeSearchFiles(space: string, front: Front, folder: string): Promise<string[]> {
  const written: string[] = [];
  const write = (name: string, content: string | Uint8Array) => {
    saveWhole(join(folder, name), content);
    written.push(join(folder, name));
  };
  write("front.csv", frontCsv(front.pareto));
  write("front.json", `${JSON.stringify(front, null, 2)}\n`);
  if (front.pareto.length > 0) {
    const picture = await frontPicture(front);
    write("front.svg", picture);
    write("front.html", frontPage(front, picture));
  }
  const [best] = front.best;
  if (best === undefined) return written;
  write("best.json", `${JSON.stringify(best.architecture, null, 2)}\n`);
  const searched = await loadSearchSpace(space);
  const graph = searched.space.toGraph(best.architecture);
  const writers = { "best.onnx": writeOnnx, "best.tflite": writeTflite };
  for (const [name, writer] of Object.entries(writers)) {
    const bytes = writtenBy(writer, graph);
    if (bytes !== undefined) write(name, bytes);
  }
  return written;
}

/** Undefined where the graph has no form in the format. */
function writtenBy(write: (graph: Graph) => Uint8Array, graph: Graph): Uint8Array | undefined {
  try {
    return write(graph);
  } catch (error) {
    if (error instanceof LitepredError) return undefined;
    throw error;
  }
}
