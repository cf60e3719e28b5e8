/**
 * The bytes of an ONNX file but for its large weights, which decide no shape and no latency: a file of gigabytes is stepped through, and
 * some megabytes of it are read. Weights that are left out are marked as stored elsewhere, which the reader does not look at.
 * https://protobuf.dev/programming-guides/encoding/ and onnx.proto of ONNX 1.17 for the fields' numbers.
 */

/** Some bytes of a file, as many as are asked for. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** ModelProto.graph, GraphProto.initializer, TensorProto.raw_data. */
const fields = { graph: 7, initializer: 5, rawData: 9 } as const;
/** TensorProto.data_location = EXTERNAL. */
const storedElsewhere = Uint8Array.of(0x70, 1);
/** Constants of up to 4096 elements are looked at, each of eight bytes at most. */
const smallBytes = 4096 * 8;
/** Read at once. Choice. */
const windowBytes = 2 ** 16;

/** Undefined for what is no such file: the reader of the whole says what is wrong with it. */
export async function withoutWeights(read: ReadAt, sizeBytes: number): Promise<Uint8Array | undefined> {
  try {
    const file = new Window(read, sizeBytes);
    return joined(await rewrite(file, 0, sizeBytes, { [fields.graph]: slimGraph }));
  } catch (error) {
    if (error instanceof Damaged) return undefined;
    throw error;
  }
}

class Damaged extends Error {}

/** The content of a field, written anew. */
type Slim = (file: Window, from: number, to: number) => Promise<Uint8Array[]>;

const slimGraph: Slim = (file, from, to) => rewrite(file, from, to, { [fields.initializer]: slimTensor });

const slimTensor: Slim = async (file, from, to) => {
  if (to - from <= smallBytes) return [await file.bytes(from, to)];
  let isCut = false;
  const leaveOut: Slim = async (_, first, last) => {
    if (last - first <= smallBytes) return [await file.bytes(first, last)];
    isCut = true;
    return [];
  };
  const parts = await rewrite(file, from, to, { [fields.rawData]: leaveOut });
  return isCut ? [...parts, storedElsewhere] : parts;
};

/** Copies the fields of a message, those that are named through their function. */
async function rewrite(
  file: Window,
  from: number,
  to: number,
  slim: Readonly<Record<number, Slim>>,
): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for (let at = from; at < to; ) {
    const field = await file.field(at, to);
    const change = slim[field.number];
    if (change === undefined || field.wire !== 2) parts.push(await file.bytes(at, field.end));
    else {
      const content = await change(file, field.content, field.end);
      const length = content.reduce((sum, { length }) => sum + length, 0);
      parts.push(varint(field.number * 8 + 2), varint(length), ...content);
    }
    at = field.end;
  }
  return parts;
}

/** A file seen through a window that is read as it moves. */
class Window {
  private start = 0;
  private held: Uint8Array = new Uint8Array();

  constructor(
    private readonly read: ReadAt,
    private readonly sizeBytes: number,
  ) {}

  async bytes(from: number, to: number): Promise<Uint8Array> {
    if (to - from > windowBytes) return this.read(from, to - from);
    if (from < this.start || to > this.start + this.held.length) {
      this.start = from;
      this.held = await this.read(from, Math.min(windowBytes, this.sizeBytes - from));
    }
    return this.held.slice(from - this.start, to - this.start);
  }

  /** @throws Damaged */
  async field(at: number, to: number): Promise<{ number: number; wire: number; content: number; end: number }> {
    // A tag and a length take ten bytes each at most.
    const head = await this.bytes(at, Math.min(to, at + 20));
    const tag = readVarint(head, 0);
    const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8];
    const content = at + tag.end;
    const end = () => {
      if (wire === 0) return at + readVarint(head, tag.end).end;
      if (wire === 1) return content + 8;
      if (wire === 5) return content + 4;
      throw new Damaged();
    };
    const length = wire === 2 ? readVarint(head, tag.end) : undefined;
    const found =
      length === undefined
        ? { number, wire, content, end: end() }
        : { number, wire, content: at + length.end, end: at + length.end + length.value };
    if (found.end > to) throw new Damaged();
    return found;
  }
}

function readVarint(bytes: Uint8Array, from: number): { value: number; end: number } {
  let value = 0;
  let factor = 1;
  for (let at = from; at < Math.min(bytes.length, from + 10); at++, factor *= 128) {
    value += (bytes[at]! & 0x7f) * factor;
    if (bytes[at]! < 0x80) return { value, end: at + 1 };
  }
  throw new Damaged();
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
