/**
 * Walks the protobuf wire format of a model before it is decoded, so that a hostile file is refused before memory is
 * spent on it: every length must fit into its parent, every field must have its wire type, and nesting and counts are
 * bounded. Weights are stepped over. The schema is the generated one; the decoder then walks the same bytes the same way.
 */
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { LitepredError } from "../../base/index.js";

/** Choices: ten times what the largest models of torchvision and timm have, decoded within a second and a gigabyte. */
export const wireLimits = {
  /** Messages inside messages; a branch of an If adds three. */
  depth: 48,
  messages: 300_000,
  /** Fields, each entry of a list counted. */
  fields: 1_500_000,
  /** Numbers in packed lists (weights that are not stored as raw bytes), by wire type: they differ in cost. */
  packedFixed: 16_000_000,
  packedVarint: 8_000_000,
  packedLong: 1_000_000,
} as const;

enum Wire {
  Varint = 0,
  Fixed64 = 1,
  Bytes = 2,
  Fixed32 = 5,
}

interface FieldShape {
  readonly wire: Wire;
  /** May also come packed. */
  readonly list: boolean;
  readonly long: boolean;
  readonly child: MessageShape | undefined;
}
interface MessageShape {
  readonly name: string;
  readonly fields: (FieldShape | undefined)[];
}

const shapes = new Map<string, MessageShape>();

function messageShape(message: DescMessage): MessageShape {
  const known = shapes.get(message.typeName);
  if (known) return known;
  const shape: MessageShape = { name: message.name, fields: [] };
  shapes.set(message.typeName, shape);
  for (const field of message.fields) shape.fields[field.number] = fieldShape(field);
  return shape;
}

function fieldShape(field: DescField): FieldShape {
  const child = field.message ? messageShape(field.message) : undefined;
  const scalar = field.scalar ?? ScalarType.INT32;
  const wire = child ? Wire.Bytes : wireOf(scalar);
  const long = scalar === ScalarType.INT64 || scalar === ScalarType.UINT64;
  return { wire, list: field.fieldKind === "list", long, child };
}

function wireOf(scalar: ScalarType): Wire {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return Wire.Bytes;
    case ScalarType.FLOAT:
      return Wire.Fixed32;
    case ScalarType.DOUBLE:
      return Wire.Fixed64;
    default:
      return Wire.Varint;
  }
}

/** @throws LitepredError `invalid-model` for bytes that are not such a message, `limit-exceeded` beyond `wireLimits`. */
export function scanWire(bytes: Uint8Array, message: DescMessage): void {
  const scan = new WireScan(bytes);
  scan.message(messageShape(message), bytes.length, 0);
}

class WireScan {
  private position = 0;
  private fields = 0;
  private messages = 0;
  private readonly packed = { packedFixed: 0, packedVarint: 0, packedLong: 0 };

  constructor(private readonly bytes: Uint8Array) {}

  message(shape: MessageShape, end: number, depth: number): void {
    if (depth > wireLimits.depth) exceeded(`messages are nested more than ${wireLimits.depth} deep`);
    if (++this.messages > wireLimits.messages) exceeded(`it has more than ${wireLimits.messages} messages`);
    while (this.position < end) {
      if (++this.fields > wireLimits.fields) exceeded(`it has more than ${wireLimits.fields} fields`);
      const tag = this.varint(end);
      const number = Math.floor(tag / 8);
      const wire = tag % 8;
      if (number === 0 || number > 0x1fffffff) damaged(`field number ${number} in ${shape.name}`, this.position);
      const field = shape.fields[number];
      if (field === undefined) this.skip(wire, end, shape.name);
      else if (wire === field.wire) this.known(shape, field, end, depth);
      else if (field.list && wire === Wire.Bytes) this.packedList(field, this.length(end, shape.name));
      else damaged(`field ${number} of ${shape.name} has wire type ${wire}`, this.position);
    }
  }

  private known(shape: MessageShape, field: FieldShape, end: number, depth: number): void {
    if (field.child === undefined) this.skip(field.wire, end, shape.name);
    else {
      const length = this.length(end, field.child.name);
      this.message(field.child, this.position + length, depth + 1);
    }
  }

  /** Counts entries by their least size, and checks that the last one ends where the list does. */
  private packedList(field: FieldShape, length: number): void {
    const { position } = this;
    this.position += length;
    const size = field.wire === Wire.Fixed32 ? 4 : field.wire === Wire.Fixed64 ? 8 : 1;
    if (length % size !== 0 || (length > 0 && size === 1 && this.bytes[this.position - 1]! >= 0x80)) {
      damaged("a packed list that ends inside a number", position);
    }
    const kind = size > 1 ? "packedFixed" : field.long ? "packedLong" : "packedVarint";
    this.packed[kind] += length / size;
    if (this.packed[kind] > wireLimits[kind]) {
      exceeded("it holds too many numbers in packed lists (weights should be stored as raw bytes)");
    }
  }

  private skip(wire: number, end: number, where: string): void {
    if (wire === Wire.Varint) this.varint(end);
    else if (wire === Wire.Bytes) {
      const length = this.length(end, where);
      this.position += length;
    } else if (wire === Wire.Fixed32 || wire === Wire.Fixed64) {
      this.position += wire === Wire.Fixed32 ? 4 : 8;
      if (this.position > end) damaged(`a number in ${where} is cut off`, this.position);
    } else damaged(`wire type ${wire} in ${where}`, this.position);
  }

  private length(end: number, what: string): number {
    const start = this.position;
    const length = this.varint(end);
    const left = end - this.position;
    if (length > left) damaged(`${what} claims ${length} bytes where ${left} are left (truncated?)`, start);
    return length;
  }

  /** At most ten bytes; 64-bit values lose precision here, which only makes a length or tag too large. */
  private varint(end: number): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (this.position >= end) damaged("a number is cut off (truncated?)", this.position);
      const byte = this.bytes[this.position++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    return damaged("a number of more than ten bytes", this.position);
  }
}

function damaged(what: string, position: number): never {
  throw new LitepredError("invalid-model", `the ONNX file is damaged at byte ${position}: ${what}`, "", { position });
}

function exceeded(what: string): never {
  throw new LitepredError("limit-exceeded", `the ONNX file is refused: ${what}`, "", wireLimits);
}
