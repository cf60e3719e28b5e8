/**
 * The safetensors format: 8 bytes of header length, a JSON header, raw little-endian tensors. No executable content.
 * Source: the format's published description. Reading checks every offset; nothing is trusted.
 */
import { z } from "zod";
import { LitepredError } from "../../base/index.js";

export type TensorArray = Float32Array | Float64Array | Int32Array;

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: TensorArray;
}

export interface TensorFile {
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  /** Free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

const types = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
} as const;
type TypeName = keyof typeof types;

/** Larger headers are refused: a predictor's is a few hundred kB. */
const maxHeaderBytes = 32 * 1024 * 1024;

const metadataSchema = z.record(z.string(), z.string());
const headerSchema = z.record(
  z.string(),
  z.union([
    z.object({
      dtype: z.enum(["F32", "F64", "I32"]),
      shape: z.array(z.number().int().nonnegative()),
      data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
    }),
    metadataSchema,
  ]),
);

export function writeSafetensors(file: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: file.metadata };
  let offset = 0;
  const parts: Uint8Array[] = [];
  for (const [name, { shape, values }] of Object.entries(file.tensors)) {
    header[name] = { dtype: typeName(values), shape, data_offsets: [offset, offset + values.byteLength] };
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    offset += values.byteLength;
  }
  const text = JSON.stringify(header);
  const json = new TextEncoder().encode(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const out = new Uint8Array(8 + json.length + offset);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  let at = 8 + json.length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** @throws LitepredError `corrupt-artefact`. */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  const { header, start } = readHeader(bytes);
  const tensors: Record<string, NamedTensor> = {};
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") metadata = readMetadata(entry);
    else tensors[name] = readTensor(bytes, start, name, entry);
  }
  return { tensors, metadata };
}

function readMetadata(entry: unknown): Record<string, string> {
  const parsed = metadataSchema.safeParse(entry);
  if (parsed.success) return parsed.data;
  throw corrupt("its metadata are not texts");
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw corrupt("it is shorter than its header");
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > maxHeaderBytes || 8 + length > bytes.length) throw corrupt(`its header claims ${length} bytes`);
  try {
    const header = headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))));
    return { header, start: 8 + length };
  } catch (cause) {
    throw corrupt(`its header is not valid (${cause instanceof SyntaxError ? "no JSON" : "unexpected fields"})`);
  }
}

function readTensor(bytes: Uint8Array, start: number, name: string, entry: unknown): NamedTensor {
  const { dtype, shape, data_offsets } = entry as { dtype: TypeName; shape: number[]; data_offsets: [number, number] };
  if (dtype === undefined) throw corrupt(`tensor "${name}" has no type`);
  const [from, to] = data_offsets;
  const type = types[dtype];
  const expected = shape.reduce((product, size) => product * size, 1) * type.BYTES_PER_ELEMENT;
  if (to - from !== expected || start + to > bytes.length) throw corrupt(`tensor "${name}" does not fit its shape`);
  // A copy, aligned: slice() of a Buffer would be a view.
  const copy = new Uint8Array(bytes.subarray(start + from, start + to));
  return { shape, values: new type(copy.buffer, 0, expected / type.BYTES_PER_ELEMENT) };
}

function typeName(values: TensorArray): TypeName {
  return values instanceof Float32Array ? "F32" : values instanceof Float64Array ? "F64" : "I32";
}

function corrupt(reason: string): LitepredError {
  return new LitepredError("corrupt-artefact", `not a usable predictor file: ${reason}`, "export or train it again");
}
