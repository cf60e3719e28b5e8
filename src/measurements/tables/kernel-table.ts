/**
 * A raw table as measurements of a kernel type: the catalogue's, when the file is named after one and its columns fit it;
 * otherwise a user-defined type with those columns as fields.
 */
import { LitepredError } from "../../base/index.js";
import {
  configKey,
  createUserKernelType,
  isKernelTypeName,
  type KernelConfig,
  type KernelType,
  kernelTypeOf,
  normalizeConfig,
} from "../../kernels/index.js";
import type { RawRow, RawTable, RejectedRow, Split } from "./raw-table.js";

/** `{"mbconv": {"flops": "<expression in the fields>", "params": "…"}}` */
export type KernelFormulas = Readonly<Record<string, { readonly flops?: string; readonly params?: string }>>;

export interface KernelTable {
  readonly type: KernelType;
  /** Not in the catalogue. */
  readonly userDefined: boolean;
  readonly configs: readonly KernelConfig[];
  readonly latenciesMs: Float64Array;
  /** Index-aligned; undefined when the table has no such column. */
  readonly splits?: readonly Split[];
  readonly rejected: readonly RejectedRow[];
}

/** `as`: the type that the same kernel has elsewhere, so that a pool's and a target's tables agree. */
export function createKernelTable(
  name: string,
  raw: RawTable,
  formulas: KernelFormulas = {},
  as?: KernelTable,
): KernelTable {
  const wanted = as === undefined || !as.userDefined;
  const fromCatalogue = wanted && isKernelTypeName(name) ? normalizeAll(kernelTypeOf(name), raw) : undefined;
  if (fromCatalogue !== undefined) return tableOf(kernelTypeOf(name), false, raw, raw.rows, fromCatalogue, []);
  return userTable(name, raw, formulas);
}

/** Undefined when the columns are not those of the catalogue's type: a row does not fit, or rows that differ become alike. */
function normalizeAll(type: KernelType, raw: RawTable): KernelConfig[] | undefined {
  try {
    const configs = raw.rows.map((row) => normalizeConfig(type, row.config));
    const distinct = new Set(configs.map((config) => configKey(type, config)));
    return distinct.size === configs.length ? configs : undefined;
  } catch (error) {
    if (error instanceof LitepredError) return undefined;
    throw error;
  }
}

function userTable(name: string, raw: RawTable, formulas: KernelFormulas): KernelTable {
  const type = createUserKernelType(name, raw.fields, formulas[name]);
  const rejected: RejectedRow[] = [];
  const rows = raw.rows.filter((row) => {
    const word = raw.fields.find((field) => typeof row.config[field] === "string");
    if (word === undefined) return true;
    rejected.push({
      file: raw.file,
      line: row.line,
      reason: `${word} is "${row.config[word]}"; fields of a user-defined kernel type are numbers`,
    });
    return false;
  });
  return tableOf(
    type,
    true,
    raw,
    rows,
    rows.map((row) => row.config),
    rejected,
  );
}

function tableOf(
  type: KernelType,
  userDefined: boolean,
  raw: RawTable,
  rows: readonly RawRow[],
  configs: readonly KernelConfig[],
  rejected: readonly RejectedRow[],
): KernelTable {
  const splits = rows.some((row) => row.split !== undefined) ? rows.map((row) => row.split ?? "train") : undefined;
  return {
    type,
    userDefined,
    configs,
    latenciesMs: Float64Array.from(rows, (row) => row.latencyMs),
    ...(splits && { splits }),
    rejected: [...raw.rejected, ...rejected].sort((a, b) => a.line - b.line),
  };
}
