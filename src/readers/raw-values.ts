/** Little-endian bytes to numbers, for every element type that has a width. */
import type { DataType } from "../graph/index.js";

/** Half precision: 1 sign, 5 exponent, 10 fraction bits (IEEE 754 binary16). */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

type Get = (view: DataView, index: number) => number;

const bfloat = new DataView(new ArrayBuffer(4));

/** Two to a byte, the first in the lower half. */
const nibble = (view: DataView, i: number) => (view.getUint8(i >> 1) >> (i % 2 === 0 ? 0 : 4)) & 15;

const getters: Readonly<Record<Exclude<DataType, "string">, Get>> = {
  bool: (view, i) => view.getUint8(i),
  int8: (view, i) => view.getInt8(i),
  uint8: (view, i) => view.getUint8(i),
  uint4: nibble,
  int4: (view, i) => ((nibble(view, i) + 8) & 15) - 8,
  int16: (view, i) => view.getInt16(2 * i, true),
  uint16: (view, i) => view.getUint16(2 * i, true),
  int32: (view, i) => view.getInt32(4 * i, true),
  uint32: (view, i) => view.getUint32(4 * i, true),
  int64: (view, i) => Number(view.getBigInt64(8 * i, true)),
  uint64: (view, i) => Number(view.getBigUint64(8 * i, true)),
  float32: (view, i) => view.getFloat32(4 * i, true),
  float64: (view, i) => view.getFloat64(8 * i, true),
  float16: (view, i) => halfToNumber(view.getUint16(2 * i, true)),
  bfloat16: (view, i) => {
    bfloat.setUint16(2, view.getUint16(2 * i, true), true);
    return bfloat.getFloat32(0, true);
  },
};

export function decodeRaw(bytes: Uint8Array, type: DataType, count: number): number[] {
  if (type === "string") return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const get = getters[type];
  const values = new Array<number>(count);
  for (let i = 0; i < count; i++) values[i] = get(view, i);
  return values;
}
