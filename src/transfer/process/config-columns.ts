/**
 * Configs as columns of numbers, for kernel types of the catalogue and of the user alike: logarithms of sizes, flags of
 * choices, and (apart, as few measurements cannot carry them) how far each size is from a multiple of a hardware tile.
 */
import type { KernelConfig, KernelType } from "../../kernels/index.js";
import { standardColumns, type Table } from "./columns.js";

export interface ConfigColumns {
  /** Logarithms and flags: latency is nearly linear in these. Constant columns are left out. */
  readonly smooth: Table;
  /** ln(rounded up ÷ value) for each size of many values and each tile: where latency jumps. */
  readonly tiles: Table;
}

/** Vector and matrix units work on multiples of these: SIMD registers and tensor-core tiles. Choice, tested on GPUs. */
const tileSizes = [8, 32, 128];

/** A field with fewer distinct values is a choice, not a size: its smooth column says all. Choice. */
const valuesOfASize = 12;

/** Fits the encoding on `configs` (their spread standardises the columns) and returns it as a function. */
export function fitConfigColumns(
  type: KernelType,
  configs: readonly KernelConfig[],
): (rows: readonly KernelConfig[]) => ConfigColumns {
  const smooth = standardColumns((config: KernelConfig) => smoothRow(type, config), configs);
  const sizes = type.fields.filter(
    (field) => field.kind !== "choice" && new Set(configs.map((config) => config[field.name])).size > valuesOfASize,
  );
  const tiles = standardColumns(
    (config: KernelConfig) =>
      tileRow(
        type,
        sizes.map((field) => field.name),
        config,
      ),
    configs,
  );
  return (rows) => ({ smooth: smooth(rows), tiles: tiles(rows) });
}

function smoothRow(type: KernelType, config: KernelConfig): number[] {
  return type.fields.flatMap((field) => {
    const value = config[field.name]!;
    if (field.kind === "choice") return field.choices.slice(1).map((choice) => (choice === value ? 1 : 0));
    // Sizes are positive; a field that may be 0 is a count or a flag, and ln(½) keeps it apart from 1.
    return [Math.log(Math.max(Number(value), 0.5))];
  });
}

function tileRow(type: KernelType, sizes: readonly string[], config: KernelConfig): number[] {
  const rounding = sizes.flatMap((name) => {
    const value = Math.max(Number(config[name]), 1);
    return tileSizes.map((tile) => Math.log((Math.ceil(value / tile) * tile) / value));
  });
  // Of user-defined types the derived features are only logs and products again; the catalogue's know layouts and tiles.
  return type.graph === undefined ? rounding : [...rounding, ...Object.values(type.derived(config))];
}
