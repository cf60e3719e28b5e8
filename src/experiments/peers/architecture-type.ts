/**
 * Whole architectures as if they were kernels of one type, so that the methods of transfer between platforms take them as they are.
 * The fields say how much there is of each operation; the devices' own predictors (device-predictor.ts) see all choices.
 */
import { type CellOperations, cellOperations, type OfaArchitecture, prunedCell } from "../../baselines/index.js";
import { createUserKernelType, type KernelConfig, type KernelType } from "../../kernels/index.js";
import type { Architectures } from "./data.js";

export interface ArchitectureType {
  readonly type: KernelType;
  /** By number of the architecture. */
  readonly configs: readonly KernelConfig[];
  /** One row an architecture: every choice, one-hot, and the fields. */
  readonly features: readonly (readonly number[])[];
}

export function architectureType(architectures: Architectures): ArchitectureType {
  const rows =
    architectures.space === "nasbench201"
      ? architectures.cells.map((cell) => ({ config: cellConfig(cell), choices: cellChoices(cell) }))
      : architectures.networks.map((network) => ({ config: ofaConfig(network), choices: ofaChoices(network) }));
  return {
    type: createUserKernelType(architectures.space, Object.keys(rows[0]?.config ?? { none: 0 })),
    configs: rows.map(({ config }) => config),
    features: rows.map(({ config, choices }) => [...choices, ...Object.values(config)]),
  };
}

const counted = ["nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3", "skip_connect"] as const;

/** Operations that are there, those that the output rests on, and the most of them in a row. */
function cellConfig(cell: CellOperations): Record<string, number> {
  const live = prunedCell(cell);
  const count = (labels: readonly (string | undefined)[], operation: string) =>
    labels.filter((label) => label === operation).length;
  return {
    ...Object.fromEntries(counted.map((operation) => [operation, count(cell, operation)])),
    live3x3: count(live.labels, "nor_conv_3x3"),
    live1x1: count(live.labels, "nor_conv_1x1"),
    livePool: count(live.labels, "avg_pool_3x3"),
    depth: longestPath(live.edges),
  };
}

function longestPath(edges: readonly (readonly number[])[]): number {
  const depth = edges.map(() => 0);
  for (let to = 0; to < edges.length; to++)
    for (let from = 0; from < to; from++)
      if (edges[from]![to] === 1) depth[to] = Math.max(depth[to]!, depth[from]! + 1);
  return depth.at(-1)!;
}

const cellChoices = (cell: CellOperations): number[] =>
  cell.flatMap((operation) => cellOperations.slice(1).map((name) => (name === operation ? 1 : 0)));

/** Blocks, kernel area and expansion of each stage, and the resolution. */
function ofaConfig({ ks, e, d, r }: OfaArchitecture): Record<string, number> {
  const stages = d.map((depth, stage) => {
    const blocks = Array.from({ length: depth }, (_, i) => 4 * stage + i);
    const total = (of: (block: number) => number) => blocks.reduce((sum, block) => sum + of(block), 0);
    return {
      [`blocks${stage}`]: depth,
      [`expansion${stage}`]: total((i) => e[i]!),
      [`area${stage}`]: total((i) => e[i]! * ks[i]! ** 2),
    };
  });
  return Object.assign({ r }, ...stages);
}

const ofaChoices = ({ ks, e, d }: OfaArchitecture): number[] =>
  ks.flatMap((kernel, i) => {
    const there = i % 4 < d[Math.floor(i / 4)]! ? 1 : 0;
    return [there, there * (kernel - 3), there * (e[i]! - 3)];
  });

/** Multiply-adds of a cell's convolutions in all fifteen cells: 16² × 32², the same in each stage. */
const pointwise = 15 * 16 ** 2 * 32 ** 2;

export function cellFlops(cell: CellOperations): number {
  const count = (operation: string) => cell.filter((own) => own === operation).length;
  return 2 * pointwise * (9 * count("nor_conv_3x3") + count("nor_conv_1x1"));
}
