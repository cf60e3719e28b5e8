/** Every space's graphs load and run in ONNX Runtime, with the shapes that our inference says. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { createRandom } from "../../src/base/index.js";
import { elementCount, type Graph } from "../../src/graph/index.js";
import { createSession } from "../../src/runtime/index.js";
import { loadSpaces } from "../../src/spaces/index.js";
import { writeOnnx } from "../../src/writers/index.js";

const weights = ({ tensors }: Graph): number =>
  [...tensors.values()].reduce(
    (sum, { constant, values, shape }) => sum + (constant && !values ? elementCount(shape) : 0),
    0,
  );

for (const space of await loadSpaces())
  it(`a member of ${space.name} runs`, async () => {
    const random = createRandom(5);
    const drawn = Array.from({ length: 12 }, () => space.toGraph(space.sample(random)));
    // The smallest of a dozen: large ones only take longer to write.
    const graph = drawn.reduce((least, other) => (weights(other) < weights(least) ? other : least));
    const session = await createSession(writeOnnx(graph));
    const [input, output] = [graph.inputs[0]!, graph.outputs[0]!];
    const shape = graph.tensors.get(input)!.shape;
    const results = await session.run({ [input]: { shape, values: new Float32Array(elementCount(shape)).fill(0.1) } });
    await session.release();
    assert.deepEqual([...results[output]!.shape], [...graph.tensors.get(output)!.shape]);
  });
