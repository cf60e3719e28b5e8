/** Valid configs: loose input (a CSV row, a sampler's vector) to configs of the catalogue, with reasons for refusal. */
import { LitepredError } from "../base/index.js";
import { kernelTypeOf } from "./catalogue.js";
import type { Field, KernelConfig, KernelType } from "./types.js";

/** Loose input: any case and word separation, aliases (hw, kernel_size, stride, channels …), numbers as text, defaults omitted. */
export type LooseConfig = Readonly<Record<string, number | string>>;

/** No tensor of a kernel has more elements: 8 GB of float32. Choice: as in shape inference. */
const maxElements = 2 ** 31;

/** Other names of fields, lower case and without separators. Each stands for those of its fields that the type has. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  hw: ["h", "w"],
  height: ["h"],
  width: ["w"],
  inputh: ["h"],
  inputw: ["w"],
  inputsize: ["h", "w"],
  resolution: ["h", "w"],
  outputsize: ["outH", "outW"],
  outhw: ["outH", "outW"],
  kernelsize: ["kernelH", "kernelW"],
  ks: ["kernelH", "kernelW"],
  stride: ["strideH", "strideW"],
  strides: ["strideH", "strideW"],
  channels: ["cin", "c"],
  c: ["cin"],
  cin: ["c"],
  inputchannels: ["cin", "c"],
  inchannels: ["cin", "c"],
  infeatures: ["cin"],
  outputchannels: ["cout"],
  outchannels: ["cout"],
  outfeatures: ["cout"],
  rows: ["h"],
  columns: ["w"],
  batchsize: ["batch"],
  act: ["activation"],
};

const rowOf = (type: string | KernelType): KernelType => (typeof type === "string" ? kernelTypeOf(type) : type);
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

const namings = new WeakMap<KernelType, Map<string, readonly string[]>>();

/** Plain name → fields of this type that it sets. A field's own name comes before any alias. */
function namingOf(type: KernelType): Map<string, readonly string[]> {
  let naming = namings.get(type);
  if (naming === undefined) {
    const own = new Set(type.fields.map((field) => field.name));
    naming = new Map(
      Object.entries(aliases).map(([alias, names]) => [alias, names.filter((name) => own.has(name))] as const),
    );
    for (const name of own) naming.set(plain(name), [name]);
    namings.set(type, naming);
  }
  return naming;
}

/** Why a config is not valid (missing, unknown or out of range field, impossible combination, too large), or undefined. */
export function validateConfig(type: string | KernelType, config: KernelConfig): string | undefined {
  const row = rowOf(type);
  for (const field of row.fields) {
    const reason = fieldInvalid(field, config[field.name]);
    if (reason !== undefined) return reason;
  }
  if (Object.keys(config).length !== row.fields.length) {
    const unknown = Object.keys(config).find((name) => !row.fields.some((field) => field.name === name));
    return `${row.name} has no field ${unknown}`;
  }
  return row.invalid?.(config) ?? tooLarge(row, config);
}

function fieldInvalid(field: Field, value: number | string | undefined): string | undefined {
  if (value === undefined) return `${field.name} is missing`;
  if (field.kind === "choice")
    return field.choices.includes(String(value))
      ? undefined
      : `${field.name} ${value} is none of ${field.choices.join(", ")}`;
  if (typeof value !== "number" || !Number.isFinite(value)) return `${field.name} ${value} is not a number`;
  if (field.kind === "integer" && !Number.isInteger(value)) return `${field.name} ${value} is not an integer`;
  if (value < field.min || value > field.max) return `${field.name} ${value} is outside ${field.min}–${field.max}`;
  return undefined;
}

function tooLarge(type: KernelType, config: KernelConfig): string | undefined {
  const { input, output, weight } = type.elements(config);
  return Math.max(input, output, weight) <= maxElements ? undefined : "a tensor exceeds 2³¹ elements";
}

/** Fills defaults, resolves aliases, orders fields. @throws LitepredError `invalid-config`. */
export function normalizeConfig(type: string | KernelType, config: LooseConfig): KernelConfig {
  const row = rowOf(type);
  const { given, unknown } = resolveNames(row, config);
  if (unknown.length > 0) refuse(row, config, `no field ${unknown.join(", ")}`);
  const full: Record<string, number | string> = {};
  for (const field of row.fields) {
    const value = given[field.name] ?? field.default;
    if (value === undefined) refuse(row, config, `${field.name} is missing`);
    full[field.name] = field.kind === "choice" ? String(value) : Number(value);
  }
  const reason = validateConfig(row, full);
  if (reason !== undefined) refuse(row, config, reason);
  return full;
}

function refuse(type: KernelType, config: LooseConfig, reason: string): never {
  const fields = type.fields.map((field) => field.name).join(", ");
  throw new LitepredError(
    "invalid-config",
    `${type.name} ${JSON.stringify(config)}: ${reason}`,
    `its fields are ${fields}`,
    { type: type.name, config },
  );
}

function resolveNames(type: KernelType, config: LooseConfig) {
  const naming = namingOf(type);
  const given: Record<string, number | string> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(config)) {
    const fields = naming.get(plain(name)) ?? [];
    if (fields.length === 0) unknown.push(name);
    for (const field of fields) given[field] = value;
  }
  return { given, unknown };
}

/**
 * The nearest valid config, for samplers: numbers rounded and clamped, choices by index where they are numbers, then
 * the type's own repair (groups snapped to divisors …); sizes halved while a tensor is too large. Missing fields get
 * their default or example; names that the type lacks are ignored.
 */
export function projectConfig(type: string | KernelType, config: LooseConfig): KernelConfig {
  const row = rowOf(type);
  const { given } = resolveNames(row, config);
  let full: KernelConfig = Object.fromEntries(
    row.fields.map((field) => [field.name, nearest(field, given[field.name])]),
  );
  full = row.repair?.(full) ?? full;
  while (tooLarge(row, full) !== undefined) {
    full = halveLargest(row, full);
    full = row.repair?.(full) ?? full;
  }
  const reason = validateConfig(row, full);
  if (reason !== undefined) refuse(row, config, reason);
  return full;
}

function nearest(field: Field, value: number | string | undefined): number | string {
  if (field.kind === "choice") {
    if (typeof value === "string" && field.choices.includes(value)) return value;
    const index = Number.isFinite(value) ? Math.round(value as number) : -1;
    return field.choices[index] ?? field.default ?? field.choices[0]!;
  }
  const number = value === undefined ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) return field.default ?? field.example ?? field.min;
  const clamped = Math.min(field.max, Math.max(field.min, number));
  return field.kind === "integer" ? Math.round(clamped) : clamped;
}

function halveLargest(type: KernelType, config: KernelConfig): KernelConfig {
  const numbers = type.fields.filter((field) => field.kind !== "choice").map((field) => field.name);
  const largest = numbers.reduce((a, b) => (config[a]! >= config[b]! ? a : b));
  return { ...config, [largest]: Math.floor((config[largest] as number) / 2) };
}

/** Stable text, equal for equal configs of a type: fields in their order, those at their default left out. */
export function configKey(type: string | KernelType, config: KernelConfig): string {
  const parts: string[] = [];
  for (const field of rowOf(type).fields) {
    const value = config[field.name];
    if (value !== field.default) parts.push(`${field.name}=${value}`);
  }
  return parts.join(",");
}
