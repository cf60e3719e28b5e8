/** A .tflite file → plain objects, by the tables of schema.ts. Fields and tables the schema leaves out are not read. */
import { ByteBuffer } from "flatbuffers";
import { LitepredError } from "../../base/index.js";
import { builtinOptions, tables } from "./schema.js";
import type { TfliteModel } from "./table-types.js";

type Fields = Readonly<Record<string, readonly [slot: number, kind: string, byDefault?: number | boolean]>>;

const optionsByNumber = new Map<number, string>(Object.entries(builtinOptions).map(([name, number]) => [number, name]));
const identifierAt = 4;
/** Numbers, characters of names and tables (at `tableItems` each) of a file; choice: fifty times what the largest models of the zoo hold. */
const maxItems = 20_000_000;
const tableItems = 16;

export const isTflite = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && String.fromCharCode(...bytes.subarray(identifierAt, identifierAt + 4)) === "TFL3";

/** Every field is present in the result, with its default where the file has none; vectors and tables may be absent. Weights are views of `bytes`. @throws LitepredError `invalid-model`, `limit-exceeded`. */
export function decodeTflite(bytes: Uint8Array): TfliteModel {
  if (!isTflite(bytes)) throw new LitepredError("invalid-model", "not a .tflite file", "its bytes 4 to 7 must be TFL3");
  const buffer = new ByteBuffer(bytes);
  try {
    return readTable(new View(buffer), "Model", buffer.readInt32(0)) as TfliteModel;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LitepredError("invalid-model", `the file is truncated or damaged: ${error.message}`, "", {});
  }
}

/** Reads that stay inside of the file: a ByteBuffer answers undefined beyond its end. */
class View {
  private left = maxItems;
  constructor(readonly buffer: ByteBuffer) {}

  /** @throws LitepredError `limit-exceeded`: references may point to one place a thousand times, so size bounds nothing. */
  spend(items: number): void {
    this.left -= items;
    if (!(this.left >= 0))
      throw new LitepredError("limit-exceeded", `the .tflite file holds more than ${maxItems} numbers and tables`);
  }

  at(position: number, size: number): number {
    if (!(position >= 0) || position + size > this.buffer.capacity())
      throw new RangeError(`offset ${position} is outside of the file`);
    return position;
  }
  int(position: number): number {
    return this.buffer.readInt32(this.at(position, 4));
  }
  scalar(kind: string, position: number): number | boolean {
    const { buffer } = this;
    switch (kind) {
      case "bool":
        return buffer.readInt8(this.at(position, 1)) !== 0;
      case "byte":
        return buffer.readInt8(this.at(position, 1));
      case "ubyte":
        return buffer.readUint8(this.at(position, 1));
      case "short":
        return buffer.readInt16(this.at(position, 2));
      case "int":
        return this.int(position);
      case "uint":
        return buffer.readUint32(this.at(position, 4));
      case "float":
        return buffer.readFloat32(this.at(position, 4));
      default:
        return Number(buffer.readInt64(this.at(position, 8)));
    }
  }
}

function readTable(view: View, name: string, table: number): object {
  view.spend(tableItems);
  const fields = (tables as Readonly<Record<string, Fields>>)[name]!;
  const vtable = table - view.int(table);
  const vtableSize = view.buffer.readUint16(view.at(vtable, 2));
  const place = (slot: number) => {
    const entry = 4 + 2 * slot;
    const offset = entry < vtableSize ? view.buffer.readUint16(view.at(vtable + entry, 2)) : 0;
    return offset === 0 ? undefined : table + offset;
  };
  const values: Record<string, unknown> = {};
  for (const [field, [slot, kind, byDefault = 0]] of Object.entries(fields)) {
    const position = place(slot);
    if (kind === "union") {
      const options = optionsByNumber.get(Number(values[`${field}Type`]));
      if (position !== undefined && options !== undefined)
        values[field] = { table: options, ...readTable(view, options, position + view.int(position)) };
    } else if (isReference(kind)) {
      if (position !== undefined) values[field] = readReference(view, kind, position + view.int(position));
    } else if (position !== undefined) values[field] = view.scalar(kind, position);
    else values[field] = kind === "bool" ? Boolean(byDefault) : byDefault;
  }
  return values;
}

const isReference = (kind: string) => kind.startsWith("[") || kind === "string" || kind in tables;

function readReference(view: View, kind: string, position: number): unknown {
  if (kind in tables) return readTable(view, kind, position);
  const length = view.int(position);
  if (length < 0) throw new RangeError(`a list of ${length} items`);
  const start = position + 4;
  const item = kind.slice(1, -1);
  if (kind === "string" || item === "ubyte") {
    if (kind === "string") view.spend(length);
    const bytes = view.buffer.bytes().subarray(view.at(start, length), start + length);
    return kind === "string" ? new TextDecoder().decode(bytes) : bytes;
  }
  const size = isReference(item) ? 4 : byteSizes[item]!;
  view.at(start, length * size);
  view.spend(length);
  return Array.from({ length }, (_, i) => {
    const at = start + i * size;
    return isReference(item) ? readReference(view, item, at + view.int(at)) : view.scalar(item, at);
  });
}

const byteSizes: Readonly<Record<string, number>> = {
  bool: 1,
  byte: 1,
  short: 2,
  int: 4,
  uint: 4,
  float: 4,
  long: 8,
  ulong: 8,
};
