/**
 * A .tflite file with other input shapes, or with another of its graphs in front: changed in place, so that whatever else stands in it
 * stays. Engines work out the shapes behind the inputs as they load it.
 */
import { ByteBuffer } from "flatbuffers";
import { tables } from "../../formats/tflite/index.js";
import type { Settlement } from "../settlement.js";

export function settleTflite(bytes: Uint8Array, { shapes, graph = 0 }: Settlement): Uint8Array {
  const copy = bytes.slice();
  const file = new Places(copy);
  const model = file.follow(0);
  const graphs = file.vector(model, tables.Model.subgraphs[0]);
  const chosen = file.follow(graphs[graph]!);
  if (graph !== 0) file.swap(graphs[0]!, graphs[graph]!);
  const stated = statesShapes(file, chosen, shapes);
  return stated || graph !== 0 ? copy : bytes;
}

function statesShapes(file: Places, graph: number, shapes: Settlement["shapes"]): boolean {
  const tensors = file.vector(graph, tables.SubGraph.tensors[0]);
  let changed = false;
  for (const index of file.vector(graph, tables.SubGraph.inputs[0])) {
    const tensor = file.follow(tensors[file.int(index)]!);
    const name = file.text(tensor, tables.Tensor.name[0]);
    const wanted = Object.hasOwn(shapes, name) ? shapes[name]! : [];
    for (const slot of [tables.Tensor.shape[0], tables.Tensor.shapeSignature[0]])
      file.vector(tensor, slot).forEach((place, axis) => {
        const size = wanted[axis];
        // What the signature leaves open stays so, where the shape beside it is right already.
        if (size === undefined || file.int(place) === size) return;
        if (slot === tables.Tensor.shape[0]) changed = true;
        file.set(place, size);
      });
  }
  return changed;
}

/** Where things stand in a flatbuffer that a reader has checked. */
class Places {
  private readonly buffer: ByteBuffer;
  constructor(bytes: Uint8Array) {
    this.buffer = new ByteBuffer(bytes);
  }
  int(place: number): number {
    return this.buffer.readInt32(place);
  }
  set(place: number, value: number): void {
    this.buffer.writeInt32(place, value);
  }
  follow(place: number): number {
    return place + this.int(place);
  }
  /** Swaps what two references point to; they are relative to their own places. */
  swap(a: number, b: number): void {
    const [first, second] = [this.follow(a), this.follow(b)];
    this.set(a, second - a);
    this.set(b, first - b);
  }
  /** Places of the items of four bytes; none where the field is absent. */
  vector(table: number, slot: number): number[] {
    const start = this.field(table, slot);
    if (start === undefined) return [];
    return Array.from({ length: this.int(start) }, (_, i) => start + 4 + 4 * i);
  }
  text(table: number, slot: number): string {
    const start = this.field(table, slot);
    if (start === undefined) return "";
    return new TextDecoder().decode(this.buffer.bytes().subarray(start + 4, start + 4 + this.int(start)));
  }
  private field(table: number, slot: number): number | undefined {
    const offset = this.buffer.__offset(table, 4 + 2 * slot);
    return offset === 0 ? undefined : this.follow(table + offset);
  }
}
