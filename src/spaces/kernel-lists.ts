/**
 * Kernels of many architectures of one space. In a space that is a chain of segments each kind of segment is detected once,
 * inside the first architecture that has it: a search meets the same blocks again and again.
 */
import { getOrCreate } from "../base/index.js";
import { createGraphBuilder, type Graph } from "../graph/index.js";
import { type DetectedPart, type Detection, detectKernels, detectParts, type FusionRules } from "../kernels/index.js";
import type { Segment, Space } from "./space.js";

/**
 * The same kernels as `detectKernels(space.toGraph(architecture), rules)`, by segments. Names of kernels and nodes are those of
 * the architecture in which a segment was seen first.
 */
export function kernelLists<A>(space: Space<A>, rules: FusionRules): (architecture: A) => Detection {
  const partsOf = kernelParts(space, rules);
  return (architecture) => {
    const parts = partsOf(architecture);
    return {
      kernels: parts.flatMap(({ kernels }) => kernels),
      unsupported: parts.flatMap(({ unsupported }) => unsupported),
    };
  };
}

/** The same as parts, one a segment: a segment that was met before is the same object. A space that is no chain is one part. */
export function kernelParts<A>(space: Space<A>, rules: FusionRules): (architecture: A) => readonly Detection[] {
  const { segments: segmentsOf } = space;
  // Of another graph than the space's the segments are not known.
  if (segmentsOf === undefined || rules.given !== undefined)
    return (architecture) => [detectKernels(space.toGraph(architecture), rules)];
  /** By the segment's key and the layout of what enters it. */
  const known = new Map<string, DetectedPart>();
  const knownParts = (segments: readonly Segment[]): DetectedPart[] | undefined => {
    const parts: DetectedPart[] = [];
    for (const { key } of segments) {
      const part = known.get(nameIn(key, parts.at(-1)));
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts;
  };
  const learn = (segments: readonly Segment[]): DetectedPart[] => {
    const { graph, ends } = buildChain(space.name, segments);
    const found = detectParts(graph, rules, ends);
    return segments.map(({ key }, i) => getOrCreate(known, nameIn(key, found[i - 1]), () => found[i]!));
  };
  return (architecture) => {
    const segments = segmentsOf(architecture);
    return knownParts(segments) ?? learn(segments);
  };
}

const nameIn = (key: string, before: DetectedPart | undefined) => (before?.leavesBlocked ? `${key} in blocks` : key);

/** The whole model of a chain, and after how many of its nodes each segment ends. */
export function buildChain(name: string, segments: readonly Segment[]): { graph: Graph; ends: readonly number[] } {
  const g = createGraphBuilder(name);
  const ends: number[] = [];
  let x = "";
  for (const segment of segments) {
    x = segment.build(g, x);
    ends.push(g.size());
  }
  return { graph: g.build([x]), ends };
}
