/**
 * Kernel types brought by the user: the numeric columns of a table are the fields. What the catalogue knows of its own
 * types (memory traffic, tile widths) is unknown here, so the derived features are logs, reciprocals and products.
 */
import { LitepredError } from "../base/index.js";
import { type Formula, parseFormula } from "./formula.js";
import { flag, logSize } from "./sizes.js";
import type { KernelConfig, KernelType } from "./types.js";

/** Columns of tables are whole numbers mostly, but not always (an expansion of 1.5): ranges are not checked beyond this. */
const limit = 1e12;

/**
 * A kernel type of numeric fields, at least one. Formulas are over the field names; without them FLOPs and parameters are 0.
 * Its configs may have fractions and zeros: use them as they are, not through `projectConfig`.
 * @throws LitepredError `invalid-config` for a formula that cannot be parsed, `invalid-table` without fields.
 */
export function createUserKernelType(
  name: string,
  fields: readonly string[],
  formulas: { readonly flops?: string; readonly params?: string } = {},
): KernelType {
  if (fields.length === 0) throw new LitepredError("invalid-table", `kernel type ${name} has no config field`);
  const flops = formulaOf(formulas.flops, fields);
  const params = formulaOf(formulas.params, fields);
  const pairs = fields.flatMap((a, i) => fields.slice(i + 1).map((b) => [a, b] as const));
  return {
    name,
    summary: "user-defined",
    fields: fields.map((field) => ({ name: field, kind: "number", min: -limit, max: limit, example: 1 })),
    flops: (config) => positive(flops, config),
    params: (config) => positive(params, config),
    elements: (config) => ({ input: 0, output: 0, weight: positive(params, config) }),
    derived: (config) => derived(config, fields, pairs),
  };
}

const formulaOf = (text: string | undefined, fields: readonly string[]): Formula =>
  text === undefined ? () => 0 : parseFormula(text, fields);

function positive(formula: Formula, config: KernelConfig): number {
  const value = formula(config);
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** Pairs matter for few fields only; beyond this the product of all stands for them. */
const maxPairs = 28;

function derived(config: KernelConfig, fields: readonly string[], pairs: readonly (readonly [string, string])[]) {
  const out: Record<string, number> = {};
  const log = (field: string) => logSize(Math.abs(config[field] as number));
  let all = 0;
  for (const field of fields) {
    const value = Math.abs(config[field] as number);
    all += log(field);
    out[`1/${field}`] = 1 / (1 + value);
    out[`${field} is 0`] = flag(value === 0);
    out[`${field} is 1`] = flag(value === 1);
  }
  out["log product"] = all;
  if (pairs.length <= maxPairs) for (const [a, b] of pairs) out[`log ${a} × log ${b}`] = (log(a) * log(b)) / 10;
  return out;
}
