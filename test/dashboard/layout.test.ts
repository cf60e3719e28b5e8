/** Layouts of graphs: nothing overlaps, everything hangs below what it reads, and large graphs take no more than their share of steps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { splitFar } from "../../dashboard/layout/far-edges.js";
import { layOut } from "../../dashboard/layout/lay-out.js";
import { layOutInLayers } from "../../dashboard/layout/layered.js";
import { partsOf } from "../../dashboard/layout/parts.js";
import type { BoxGraph, Edge, Layout } from "../../dashboard/layout/types.js";
import { createRandom } from "../../src/base/index.js";

const boxes = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `b${i}`, width: 120 + ((i * 37) % 90), height: 40 }));
const edge = (from: number, to: number): Edge => [`b${from}`, `b${to}`];
const chain = (count: number): Edge[] => Array.from({ length: count - 1 }, (_, i) => edge(i, i + 1));

const graphs: Readonly<Record<string, BoxGraph>> = {
  nothing: { boxes: [], edges: [] },
  one: { boxes: boxes(1), edges: [] },
  apart: { boxes: boxes(90), edges: [] },
  chain: { boxes: boxes(300), edges: chain(300) },
  residual: { boxes: boxes(300), edges: [...chain(300), ...skips(300, 4, 4)] },
  // A mask that every layer reads, and the skips of a U-net.
  mask: {
    boxes: boxes(300),
    edges: [
      ...chain(300),
      ...chain(300)
        .filter((_, i) => i % 12 === 7)
        .map(([, to]): Edge => ["b0", to]),
    ],
  },
  unet: {
    boxes: boxes(301),
    edges: [...chain(301), ...Array.from({ length: 12 }, (_, i) => edge(10 * i, 300 - 10 * i))],
  },
  // Dead ends and late beginnings at the places where it is cut.
  ragged: {
    boxes: boxes(300),
    edges: chain(300)
      .filter((_, i) => i % 7 !== 3)
      .concat(skips(300, 3, 7)),
  },
  random: { boxes: boxes(250), edges: randomEdges(250) },
  circle: { boxes: boxes(3), edges: [edge(0, 1), edge(1, 2), edge(2, 0), edge(1, 1)] },
};

function skips(count: number, every: number, length: number): Edge[] {
  const found: Edge[] = [];
  for (let i = 0; i + length < count; i += every) found.push(edge(i, i + length));
  return found;
}

function randomEdges(count: number): Edge[] {
  const random = createRandom(1);
  return Array.from({ length: 2 * count }, () => {
    const from = Math.floor(random.next() * (count - 1));
    return edge(from, from + 1 + Math.floor(random.next() * (count - 1 - from)));
  });
}

/** Lays out plainly, whatever the size, and counts. */
function plainly(graph: BoxGraph) {
  let asked = 0;
  const layout = layOut(graph, {
    now: () => 0,
    layOutWithCare(part) {
      asked++;
      return layOutInLayers(part);
    },
  });
  return { layout, asked };
}

function checkLayout({ boxes, edges }: BoxGraph, layout: Layout): void {
  assert.equal(Object.keys(layout.boxes).length, boxes.length);
  const sides = boxes.map(({ id, width, height }) => {
    const { x, y } = layout.boxes[id]!;
    return { id, left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
  });
  for (const { id, left, right, top, bottom } of sides)
    assert.ok(left >= -0.01 && top >= -0.01 && right <= layout.width && bottom <= layout.height, `${id} is outside`);
  for (const [i, a] of sides.entries())
    for (const b of sides.slice(i + 1))
      assert.ok(
        a.right <= b.left + 0.01 || b.right <= a.left + 0.01 || a.bottom <= b.top + 0.01 || b.bottom <= a.top + 0.01,
        `${a.id} lies on ${b.id}`,
      );
  assert.equal(layout.edges.length, edges.filter(([from, to]) => from !== to).length);
  for (const points of layout.edges)
    for (const { x, y } of points) assert.ok(Number.isFinite(x) && Number.isFinite(y) && x <= layout.width);
}

for (const [name, graph] of Object.entries(graphs))
  test(`boxes lie beside each other: ${name}`, () => {
    checkLayout(graph, plainly(graph).layout);
    checkLayout(graph, layOut(graph, { now: () => 0, layOutWithCare: layOutInLayers }));
  });

test("what reads lies below what it reads", () => {
  for (const name of ["chain", "residual", "mask", "unet", "ragged", "random"]) {
    const { layout } = plainly(graphs[name]!);
    for (const [from, to] of splitFar(graphs[name]!).near.edges)
      assert.ok(layout.boxes[from]!.y < layout.boxes[to]!.y, `${name}: ${from} → ${to}`);
  }
});

test("a part shares one box with the next, and every edge is in one part", () => {
  const { residual } = graphs;
  const parts = partsOf(residual!);
  assert.ok(parts.length > 3 && parts.every(({ boxes }) => boxes.length < 100));
  for (const [i, { boxes }] of parts.slice(1).entries()) assert.equal(boxes[0]!.id, parts[i]!.boxes.at(-1)!.id);
  assert.deepEqual(parts.flatMap(({ edges }) => edges).toSorted(), residual!.edges.toSorted());
  for (const { boxes, edges } of parts) {
    const own = new Set(boxes.map(({ id }) => id));
    assert.ok(edges.flat().every((id) => own.has(id)));
  }
});

test("far edges are set aside, so that a mask that all layers read is no knot", () => {
  const { near, far } = splitFar(graphs.mask!);
  assert.ok(far.length > 15 && far.every(([from]) => from === "b0"));
  assert.ok(partsOf(near).length > 3);
});

test("layers of the same form are laid out once", () => {
  const uniform = { ...graphs.chain!, boxes: graphs.chain!.boxes.map((box) => ({ ...box, width: 100 })) };
  assert.ok(plainly(uniform).asked <= 2);
});

test("without time left, and for large parts, no care is taken", () => {
  const fail = () => assert.fail("with care");
  let clock = 0;
  let careful = 0;
  const slow = {
    now: () => clock,
    layOutWithCare(part: BoxGraph) {
      clock += 500;
      careful++;
      return layOutInLayers(part);
    },
  };
  checkLayout(graphs.residual!, layOut(graphs.residual!, slow));
  assert.equal(careful, 2);
  const tangled = { boxes: boxes(1200), edges: [...chain(1200), ...skips(1200, 1, 30)] };
  const { boxes: placed } = layOut(tangled, { now: () => 0, layOutWithCare: fail });
  assert.equal(Object.keys(placed).length, 1200);
});
