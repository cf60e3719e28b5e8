/** A front as files: table, architectures, picture, page, and the best network in the formats of engines. Weights are of our own. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LitepredError } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import { writeOnnx, writeTflite } from "../../writers/index.js";
import { frontPage } from "./page.js";
import { type Front, plotFront } from "./picture.js";
import type { FoundArchitecture } from "./report.js";
import { loadSearchSpace } from "./space.js";

export interface FoundFront extends Front {
  readonly space: string;
  readonly evaluated: number;
}

/** Names of the files, those that an operator kept from being written left out. */
export async function writeSearchFiles(space: string, front: FoundFront, folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const written: string[] = [];
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    written.push(join(folder, name));
  };
  write("front.csv", frontCsv(front.pareto));
  write("front.json", `${JSON.stringify(front, null, 2)}\n`);
  if (front.pareto.length > 0) {
    const picture = plotFront(front);
    write("front.svg", picture);
    write("front.html", frontPage(front, picture));
  }
  const [best] = front.best;
  if (best === undefined) return written;
  write("best.json", `${JSON.stringify(best.architecture, null, 2)}\n`);
  const searched = await loadSearchSpace(space);
  const graph = searched.space.toGraph(best.architecture);
  for (const [name, writer] of [
    ["best.onnx", writeOnnx],
    ["best.tflite", writeTflite],
  ] as const) {
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

export function frontCsv(pareto: readonly FoundArchitecture[]): string {
  const platforms = pareto[0]?.platforms ?? [];
  const head = [
    ...["encoding", "accuracy", "low_accuracy", "high_accuracy", "macs", "params", "verified", "knee"],
    ...platforms.flatMap(({ platform }) =>
      ["latency_ms", "low_ms", "high_ms", "measured_ms"].map((name) => `${platform} ${name}`),
    ),
    "architecture",
  ];
  const rows = pareto.map((one) => [
    one.encoding.join("-"),
    one.accuracy,
    one.accuracyInterval.low,
    one.accuracyInterval.high,
    one.macs,
    one.params,
    one.verified,
    one.isKnee,
    ...one.platforms.flatMap(({ latencyMs, interval, measuredMs }) => [
      latencyMs,
      interval.lowMs,
      interval.highMs,
      measuredMs ?? "",
    ]),
    JSON.stringify(one.architecture),
  ]);
  return [head, ...rows].map((row) => `${row.map(csvField).join(",")}\n`).join("");
}

/** RFC 4180. */
const csvField = (value: unknown) =>
  /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
