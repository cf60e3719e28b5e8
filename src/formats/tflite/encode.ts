/** Plain objects → a .tflite file, by the tables of schema.ts. */
import { Builder } from "flatbuffers";
import { builtinOptions, tables } from "./schema.js";
import type { Options, TfliteModel } from "./table-types.js";

const fileIdentifier = "TFL3";
/** Weights are read in place by engines that map the file. */
const weightAlignment = 16;

type Fields = Readonly<Record<string, readonly [slot: number, kind: string, byDefault?: number | boolean]>>;
type Values = Readonly<Record<string, unknown>>;

/** `builtinOptionsType` is filled in from the options' table. @returns the bytes of the file */
export function encodeTflite(model: TfliteModel): Uint8Array {
  const builder = new Builder(65_536 + weightBytes(model));
  builder.finish(writeTable(builder, "Model", model as Values), fileIdentifier);
  return builder.asUint8Array();
}

const weightBytes = (model: TfliteModel) =>
  (model.buffers ?? []).reduce((total, { data }) => total + (data?.length ?? 0), 0);

function writeTable(builder: Builder, name: string, given: Values): number {
  const fields = (tables as Readonly<Record<string, Fields>>)[name]!;
  const values = withUnionType(given);
  // A table may not be begun before what it refers to is written.
  const offsets = new Map<string, number>();
  for (const [field, [, kind]] of Object.entries(fields))
    if (values[field] !== undefined && isReference(kind))
      offsets.set(field, writeReference(builder, kind, values[field]));
  builder.startObject(1 + Math.max(-1, ...Object.values(fields).map(([slot]) => slot)));
  for (const [field, [slot, kind, byDefault = 0]] of Object.entries(fields)) {
    const offset = offsets.get(field);
    if (offset !== undefined) builder.addFieldOffset(slot, offset, 0);
    else if (values[field] !== undefined) addField(builder, slot, kind, Number(values[field]), Number(byDefault));
  }
  return builder.endObject();
}

function withUnionType(values: Values): Values {
  const options = values.builtinOptions as Options | undefined;
  return options === undefined ? values : { ...values, builtinOptionsType: builtinOptions[options.table] };
}

const isReference = (kind: string) => kind.startsWith("[") || kind === "string" || kind === "union" || kind in tables;

function writeReference(builder: Builder, kind: string, value: unknown): number {
  if (kind === "string") return builder.createString(value as string);
  if (kind === "union") return writeTable(builder, (value as Options).table, value as Values);
  if (kind === "[ubyte]") return writeBytes(builder, value as Uint8Array);
  if (kind.startsWith("[")) return writeVector(builder, kind.slice(1, -1), value as readonly unknown[]);
  return writeTable(builder, kind, value as Values);
}

function writeBytes(builder: Builder, bytes: Uint8Array): number {
  builder.prep(weightAlignment, bytes.length);
  return builder.createByteVector(bytes);
}

function writeVector(builder: Builder, item: string, values: readonly unknown[]): number {
  const offsets = isReference(item) ? values.map((value) => writeReference(builder, item, value)) : undefined;
  const size = offsets ? 4 : byteSizes[item]!;
  builder.startVector(size, values.length, size);
  // Flatbuffers are written back to front.
  for (let i = values.length - 1; i >= 0; i--)
    if (offsets) builder.addOffset(offsets[i]!);
    else addItem(builder, item, Number(values[i]));
  return builder.endVector();
}

const byteSizes: Readonly<Record<string, number>> = {
  bool: 1,
  byte: 1,
  ubyte: 1,
  short: 2,
  int: 4,
  uint: 4,
  float: 4,
  long: 8,
  ulong: 8,
};

function addItem(builder: Builder, kind: string, value: number): void {
  if (kind === "float") builder.addFloat32(value);
  else if (byteSizes[kind] === 1) builder.addInt8(value);
  else if (byteSizes[kind] === 2) builder.addInt16(value);
  else if (byteSizes[kind] === 4) builder.addInt32(value);
  else builder.addInt64(BigInt(value));
}

function addField(builder: Builder, slot: number, kind: string, value: number, byDefault: number): void {
  if (kind === "float") builder.addFieldFloat32(slot, value, byDefault);
  else if (byteSizes[kind] === 1) builder.addFieldInt8(slot, value, byDefault);
  else if (byteSizes[kind] === 2) builder.addFieldInt16(slot, value, byDefault);
  else if (byteSizes[kind] === 4) builder.addFieldInt32(slot, value, byDefault);
  else builder.addFieldInt64(slot, BigInt(value), BigInt(byDefault));
}
