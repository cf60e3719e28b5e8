/** Laws that every search space obeys. Run it over a space of your own: `spaceContract(createChoiceSpace({…}))`. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom } from "../../src/base/index.js";
import type { Architecture, Space } from "../../src/spaces/index.js";

const draws = 5;

export function spaceContract(space: Space): void {
  describe(`space ${space.name}`, () => {
    const random = createRandom(`contract/${space.name}`);
    const samples = Array.from({ length: draws }, () => space.sample(random));

    it("draws the same architectures for the same seed", () => {
      assert.deepEqual(space.sample(createRandom(7)), space.sample(createRandom(7)));
    });
    it("has plain JSON architectures", () => {
      for (const sample of samples) assert.deepEqual(JSON.parse(JSON.stringify(sample)), sample);
    });
    it("encodes to numbers of one length and decodes them back", () => {
      const length = space.encode(samples[0]!).length;
      for (const sample of samples) {
        const vector = space.encode(sample);
        assert.equal(vector.length, length);
        assert.deepEqual(space.decode(vector), sample);
      }
    });
    it("mutates nothing at rate 0, redraws all at rate 1, and leaves its argument alone", () => {
      for (const sample of samples) {
        const before = structuredClone(sample);
        assert.deepEqual(space.mutate(sample, random, 0), sample);
        space.encode(space.mutate(sample, random, 1));
        assert.deepEqual(sample, before);
      }
    });
    it("crosses by taking each gene from a parent", () => {
      const [a, b] = [samples[0]!, samples[1]!];
      assert.deepEqual(space.cross(a, a, random), a);
      const lengths = (architecture: Architecture) => space.encode(architecture).length;
      assert.equal(lengths(space.cross(a, b, random)), lengths(a));
    });
    it("builds complete graphs: one image in, named nodes, known shapes", () => {
      for (const sample of samples) {
        const graph = space.toGraph(sample);
        assert.equal(graph.inputs.length, 1);
        assert.equal(graph.tensors.get(graph.inputs[0]!)!.shape[0], 1);
        assert.equal(new Set(graph.nodes.map((node) => node.name)).size, graph.nodes.length);
        for (const { shape } of graph.tensors.values()) for (const size of shape) assert.ok(Number.isInteger(size));
        assert.equal(graph.tensors.get(graph.outputs[0]!)!.shape.length, 2);
      }
    });
    it("rejects what encodes no architecture", () => {
      const vector = space.encode(samples[0]!);
      assert.throws(() => space.decode([...vector, 0]), { code: "invalid-config" });
      assert.throws(() => space.decode(vector.map(() => 1000)), { code: "invalid-config" });
    });
  });
}
