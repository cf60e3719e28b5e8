import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { spaceContract } from "../../test/contracts/space.js";
import { createRandom, packagePath } from "../base/index.js";
import { fixGenes } from "./fix-genes.js";
import { createUserSpace, loadSpace } from "./index.js";

const example = (await import(pathToFileURL(packagePath("examples", "search", "my-space.js")).href)).default;
spaceContract(createUserSpace(example));

const small = (more: object) =>
  createUserSpace({
    name: "small",
    choices: {
      a: [1, 2, 3],
      b: [
        [1, 2],
        [1, 2],
      ],
    },
    toGraph: () => assert.fail(),
    ...more,
  });

test("conditions hold for whatever comes out", () => {
  const space = small({ conditions: [({ a, b }: { a: number; b: number[] }) => a !== 3 || b[0] === 1] });
  const random = createRandom(1);
  let one = space.sample(random);
  for (let i = 0; i < 200; i++) {
    one = space.cross(space.mutate(one, random, 0.5), space.sample(random), random);
    assert.ok(one.a !== 3 || (one.b as number[])[0] === 1);
  }
  assert.throws(() => space.decode([2, 1, 0]), { code: "invalid-config" });
});

test("conditions that nothing meets end with an error", () => {
  assert.throws(() => small({ conditions: [() => false] }).sample(createRandom(1)), { code: "invalid-config" });
});

test("what is no space says what is wrong", () => {
  for (const wrong of [{ name: "Big Name" }, { choices: { a: [] } }, { toGraph: 1 }, { conditions: [1] }])
    assert.throws(() => small(wrong), { code: "invalid-config" });
  assert.throws(() => createUserSpace(undefined), { code: "invalid-config" });
});

test("genes that are fixed stay", async () => {
  const space = fixGenes(await loadSpace("ofa-mobilenetv3"), { w: 1, d: 2 });
  const random = createRandom(1);
  const [a, b] = [space.sample(random), space.mutate(space.sample(random), random, 1)];
  for (const one of [
    a,
    b,
    space.cross(a, b, random),
    space.decode(space.encode(b).map((option, i) => (i === 1 ? 1 : option))),
  ]) {
    assert.equal(one.w, 1);
    assert.deepEqual(one.d, [2, 2, 2, 2, 2]);
    // What depends on the depth is put right.
    assert.deepEqual(
      (one.ks as number[]).filter((_, i) => i % 4 >= 2),
      new Array(10).fill(3),
    );
  }
});
