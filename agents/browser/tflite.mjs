/**
 * What agents of .tflite models share. Images are NHWC in the file; the description that litepred's writer leaves in it says
 * for which inputs and outputs, and what the outputs are called in the graph.
 */
import { elements } from "./protocol.mjs";

/** What the writer noted in the file; nothing for files of other origin. */
export function notesIn(bytes) {
  const found = /litepred (\{.*?\}\})/.exec(new TextDecoder("latin1").decode(bytes));
  return found ? JSON.parse(new TextDecoder().decode(Uint8Array.from(found[1], (byte) => byte.charCodeAt(0)))) : {};
}

/** An input or output: its shape in the graph and in the file. Stored axis i is the graph's axis perm[i]. */
export function createBorder(detail, name, layouts) {
  const stored = [...detail.shape];
  const perm = layouts[name] ?? stored.map((_, axis) => axis);
  const back = perm.map((_, axis) => perm.indexOf(axis));
  return { name, type: detail.dtype, shape: back.map((place) => stored[place]), stored, perm, back };
}

/** Axis i of what is returned is axis perm[i] of `values`. */
export function transpose(values, shape, perm) {
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const result = new values.constructor(values.length);
  let written = 0;
  const copy = (axis, from) => {
    if (axis === perm.length) {
      result[written++] = values[from];
      return;
    }
    for (let i = 0; i < shape[perm[axis]]; i++) copy(axis + 1, from + i * strides[perm[axis]]);
  };
  copy(0, 0);
  return result;
}

const arrays = { 0: Float32Array, 2: Int32Array, 3: Uint8Array, 6: Uint8Array, 9: Int8Array };
const typeNames = { 0: "float32", 2: "int32", 3: "uint8", 6: "bool", 9: "int8" };

/**
 * The model's only graph: `tensors` ({name, type, shape, values} with values where they are constant), `inputs` and `outputs`
 * (numbers of tensors), `operators` ({code, inputs, outputs, options}; `options` is a table of the schema, read by slot).
 */
export function readTflite(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const model = tableAt(view, view.getUint32(0, true));
  const [graph, ...others] = model.tables(2);
  if (!graph || others.length > 0) throw new Error(`a model of ${others.length + (graph ? 1 : 0)} graphs`);
  const buffers = model.tables(4);
  const codes = model.tables(1).map((code) => Math.max(code.number(0, "Int8"), code.number(3, "Int32")));
  return {
    tensors: graph.tables(0).map((tensor) => {
      const data = buffers[tensor.number(2, "Uint32")]?.bytes(0);
      const code = tensor.number(1, "Int8");
      const array = arrays[code];
      const values = array && data?.length > 0 ? new array(data.slice().buffer) : undefined;
      return { name: tensor.text(3), type: typeNames[code] ?? `type ${code}`, shape: tensor.integers(0), values };
    }),
    inputs: graph.integers(1),
    outputs: graph.integers(2),
    operators: graph.tables(3).map((operator) => ({
      code: codes[operator.number(0, "Uint32")],
      inputs: operator.integers(1),
      outputs: operator.integers(2),
      options: operator.table(4),
    })),
  };
}

/** A table of a flatbuffer; what is absent is 0, "", or empty. */
function tableAt(view, start) {
  const slots = start - view.getInt32(start, true);
  const place = (slot) => {
    const entry = 4 + 2 * slot;
    const offset = entry < view.getUint16(slots, true) ? view.getUint16(slots + entry, true) : 0;
    return offset === 0 ? undefined : start + offset;
  };
  const follow = (at) => at + view.getUint32(at, true);
  const vector = (slot, read) => {
    const at = place(slot);
    if (at === undefined) return [];
    const from = follow(at);
    return Array.from({ length: view.getUint32(from, true) }, (_, i) => read(from + 4 + 4 * i));
  };
  const bytes = (slot) => {
    const at = place(slot);
    if (at === undefined) return new Uint8Array();
    const from = follow(at);
    return new Uint8Array(view.buffer, view.byteOffset + from + 4, view.getUint32(from, true));
  };
  return {
    /** @param type as DataView names it; `absent`: the schema's default */
    number(slot, type, absent = 0) {
      const at = place(slot);
      return at === undefined ? absent : view[`get${type}`](at, true);
    },
    integers: (slot) => vector(slot, (at) => view.getInt32(at, true)),
    tables: (slot) => vector(slot, (at) => tableAt(view, follow(at))),
    /** A table without fields where there is none. */
    table(slot) {
      const at = place(slot);
      return at === undefined ? empty : tableAt(view, follow(at));
    },
    bytes,
    text: (slot) => new TextDecoder().decode(bytes(slot)),
  };
}

const empty = { number: (_slot, _type, absent = 0) => absent, integers: () => [] };
