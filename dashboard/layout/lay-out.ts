/**
 * Where the boxes of a graph lie. Far edges are set aside, the rest is cut into parts, and each part is laid out with care, or plainly
 * where it is large or time has run out. Parts of the same form, as the layers of a network are, are laid out once.
 */
import { splitFar, withFar } from "./far-edges.js";
import { layOutInLayers } from "./layered.js";
import { layOutInParts } from "./parts.js";
import type { BoxGraph, Layout } from "./types.js";

export interface LayoutOptions {
  /** Fine, and slow: some tenths of a millisecond a box, more than in proportion. */
  layOutWithCare(part: BoxGraph): Layout;
  /** A clock, ms. */
  now(): number;
}

/** Choices: a whole layout is to stand within two seconds, and one part cannot be interrupted. */
const carefulMs = 600;
const carefulBoxes = 160;

export function layOut(graph: BoxGraph, { layOutWithCare, now }: LayoutOptions): Layout {
  const { near, far } = splitFar(graph);
  const known = new Map<string, Layout>();
  const started = now();
  const layOutPart = (part: BoxGraph): Layout => {
    const form = formOf(part);
    const before = known.get(form.key);
    if (before !== undefined) return named(before, form.ids);
    const isCareful = part.boxes.length <= carefulBoxes && now() - started < carefulMs;
    const found = (isCareful ? layOutWithCare : layOutInLayers)(form.part);
    known.set(form.key, found);
    return named(found, form.ids);
  };
  return withFar(layOutInParts(near, layOutPart), graph.boxes, far);
}

/** The part with numbers instead of names, and a text that is the same for parts that look the same. */
function formOf({ boxes, edges }: BoxGraph): { key: string; ids: readonly string[]; part: BoxGraph } {
  const ids = boxes.map(({ id }) => id);
  const number = new Map(ids.map((id, i) => [id, String(i)]));
  const part: BoxGraph = {
    boxes: boxes.map(({ id, width, height }) => ({ id: number.get(id)!, width, height })),
    edges: edges.map(([from, to]) => [number.get(from)!, number.get(to)!]),
  };
  return { key: JSON.stringify(part), ids, part };
}

const named = (layout: Layout, ids: readonly string[]): Layout => ({
  ...layout,
  boxes: Object.fromEntries(ids.map((id, i) => [id, layout.boxes[String(i)]!])),
});
