/**
 * Configs at the edges of what was measured: every choice that the catalogue has and nothing measured had, and sizes beyond the smallest
 * and largest, so that models of kinds that the spaces lack are within the range of a platform's predictors. Several edges share a config
 * where they go together (height and width; a batch and an activation), so that few configs reach all of them.
 */
import {
  exampleConfig,
  type Field,
  type KernelConfig,
  type KernelType,
  kernelTypeOf,
  projectConfig,
} from "../kernels/index.js";
import { isWithin } from "./short.js";

/** Sizes go beyond those measured by the largest of these factors that does not take long. Choice. */
const beyond = [8, 4, 2];
/** Kernels with more elements or FLOPs than these take longer than they tell: with 16 million, edges took longer than the networks. Choice. */
const mostElements = 4e6;
const mostFlops = 1e9;

type Edge = readonly [field: string, value: number | string];

interface Around {
  readonly row: KernelType;
  /** What was measured, from the middle outwards. */
  readonly bases: readonly KernelConfig[];
}

/** Distinct valid configs; `measured` may be empty: then they surround the catalogue's example. */
export function edgeConfigs(type: string, measured: readonly KernelConfig[]): KernelConfig[] {
  const row = kernelTypeOf(type);
  const around = { row, bases: measured.length > 0 ? fromTheMiddle(measured) : [exampleConfig(row)] };
  const numbers = row.fields.filter(({ kind }) => kind !== "choice");
  const [sizes, options] = partition(numbers, (field) => field.default === undefined);
  const reach = (["most", "least"] as const).flatMap((end) => pack(around, extremes(around, sizes, end)));
  const single = (["most", "least"] as const).flatMap((end) => extremes(around, options, end)).map((edge) => [edge]);
  const choices = pack(around, unseenChoices(around));
  const rare = Array.from({ length: Math.max(single.length, choices.length) }, (_, i) => {
    const both = [...(single[i] ?? []), ...(choices[i] ?? [])];
    return fits(around, both) ? [both] : [single[i], choices[i]];
  }).flat();
  const far = farEdges(around, options).map((edge) => [edge]);
  const found = new Map<string, KernelConfig>();
  for (let i = 0; i < Math.max(reach.length, rare.length, far.length); i++)
    for (const edges of [reach[i], rare[i], far[i]]) {
      const config = edges && configWith(around, edges);
      if (config && isShort(row, config)) found.set(JSON.stringify(config), config);
    }
  return [...found.values()];
}

const unseenChoices = ({ row, bases }: Around): Edge[] =>
  row.fields.flatMap((field): Edge[] => {
    if (field.kind !== "choice") return [];
    const known = new Set(bases.map((config) => config[field.name]));
    return field.choices.filter((choice) => !known.has(choice)).map((choice) => [field.name, choice]);
  });

const extremes = (around: Around, fields: readonly Field[], end: "least" | "most"): Edge[] =>
  fields.flatMap((field): Edge[] => {
    if (field.kind === "choice") return [];
    const values = around.bases.map((config) => Number(config[field.name]));
    const measured = end === "least" ? Math.min(...values) : Math.max(...values);
    const reached = beyond
      .map((factor) => (end === "least" ? Math.floor(measured / factor) : measured * factor))
      .map((value): Edge => [field.name, Math.min(field.max, Math.max(field.min, value))])
      .filter(([, value]) => value !== measured);
    const edge = reached.find((one) => fits(around, [one])) ?? reached.at(-1);
    return edge === undefined ? [] : [edge];
  });

/**
 * Around the axis that is worked on lie 1 or thousands of others, where networks of the spaces have the former: a softmax over pixels, a mean
 * over channels. Choice: so many times what was measured.
 */
const farBeyond = [512, 64];
const isBeside = /^(outer|inner)$/;

const farEdges = (around: Around, fields: readonly Field[]): Edge[] =>
  fields.flatMap((field): Edge[] => {
    if (field.kind === "choice" || !isBeside.test(field.name)) return [];
    const most = Math.max(...around.bases.map((config) => Number(config[field.name])));
    const reached = farBeyond.map((factor): Edge => [field.name, Math.min(field.max, most * factor)]);
    return reached.filter((edge) => fits(around, [edge]));
  });

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

/** Each edge goes into the first group that it fits into. */
function pack(around: Around, edges: readonly Edge[]): Edge[][] {
  const groups: Edge[][] = [];
  for (const edge of edges) {
    const group = groups.find((held) => fits(around, [...held, edge]));
    if (group) group.push(edge);
    else groups.push([edge]);
  }
  return groups;
}

/** No two of one field, and a config has them all that does not take long. */
function fits(around: Around, edges: readonly Edge[]): boolean {
  if (new Set(edges.map(([field]) => field)).size < edges.length) return false;
  const config = configWith(around, edges);
  return hasAll(config, edges) && isShort(around.row, config);
}

const hasAll = (config: KernelConfig, edges: readonly Edge[]) =>
  edges.every(([field, value]) => config[field] === value);

/** Around the first config that keeps them all: 64 groups need channels that they divide. */
function configWith({ row, bases }: Around, edges: readonly Edge[]): KernelConfig {
  const changed = (base: KernelConfig) => projectConfig(row, { ...base, ...Object.fromEntries(edges) });
  for (const base of bases.slice(0, mostBases)) {
    const config = changed(base);
    if (hasAll(config, edges)) return config;
  }
  return changed(bases[0]!);
}

/** Choice: enough for channels of every kind. */
const mostBases = 50;

const isShort = (row: KernelType, config: KernelConfig): boolean => isWithin(row, config, { mostElements, mostFlops });

/** First the config in the lower middle by its work: large ones beside one extreme size would be out of all proportion. */
function fromTheMiddle(measured: readonly KernelConfig[]): KernelConfig[] {
  const elements = (config: KernelConfig) =>
    Object.values(config).reduce<number>(
      (product, value) => product * (typeof value === "number" ? Math.max(1, value) : 1),
      1,
    );
  const sorted = [...measured].sort((a, b) => elements(a) - elements(b));
  const middle = sorted.length >> 2;
  const away = new Map(sorted.map((config, i) => [config, Math.abs(i - middle)]));
  return sorted.sort((a, b) => away.get(a)! - away.get(b)!);
}
