/** Small sound models that damage starts from: exported ones without their weights, and what the writers make. */
import { exampleConfig, kernelTypeNames, kernelTypeOf } from "../../src/kernels/index.js";
import { writeOnnx, writeTflite } from "../../src/writers/index.js";
import { smallAttention, smallImageNet } from "../contracts/tflite-models.js";
import { fixtures } from "../fixtures/index.js";
import { withoutWeights } from "../fixtures/without-weights.js";

const maxBytes = 100_000;

export function seedModels(): Uint8Array[] {
  const written = [smallImageNet(), smallAttention(), ...kernelGraphs()].flatMap((graph) => [
    attempt(() => writeOnnx(graph)),
    attempt(() => writeOnnx(graph, { precision: "int8" })),
    attempt(() => writeTflite(graph)),
    attempt(() => writeTflite(graph, { precision: "int8" })),
  ]);
  const exported = fixtures.map((fixture) => withoutWeights(fixture.model()));
  return [...written, ...exported].filter((bytes) => bytes !== undefined && bytes.length <= maxBytes) as Uint8Array[];
}

const kernelGraphs = () => kernelTypeNames.flatMap((type) => kernelTypeOf(type).graph?.(exampleConfig(type)) ?? []);

const attempt = <T>(make: () => T): T | undefined => {
  try {
    return make();
  } catch {
    return undefined; // Not every kernel has a form in every format.
  }
};
