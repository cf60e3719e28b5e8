/**
 * Values of a model's inputs, by element type: what an engine is fed while it is timed. Half-precision floats are bit patterns, as
 * engines take them.
 */
export type ElementValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

type ArrayOf = new (count: number) => ElementValues;
const arrays: ReadonlyMap<string, ArrayOf> = new Map<string, ArrayOf>([
  ["float32", Float32Array],
  ["float64", Float64Array],
  ["float16", Uint16Array],
  ["int8", Int8Array],
  ["uint8", Uint8Array],
  ["bool", Uint8Array],
  ["int16", Int16Array],
  ["uint16", Uint16Array],
  ["int32", Int32Array],
  ["uint32", Uint32Array],
  ["int64", BigInt64Array],
  ["uint64", BigUint64Array],
]);

/** Uniform in ±1 for floats, zeros for indices and flags: values do not change dense arithmetic, denormals would. @throws Error for a type without values */
export function randomValues(type: string, count: number): ElementValues {
  const values = create(type, count);
  if (!type.startsWith("float")) return values;
  const floats = values as Float32Array;
  let state = 1;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    floats[i] = type === "float16" ? halfBits(state / 2 ** 31) : state / 2 ** 31;
  }
  return values;
}

/** Numbers in the array that the element type wants. */
export function valuesOfType(type: string, numbers: Float32Array): ElementValues {
  if (type === "float32") return numbers;
  const values = create(type, numbers.length);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    numbers.forEach((value, i) => {
      values[i] = BigInt(Math.round(value));
    });
  else
    numbers.forEach((value, i) => {
      values[i] = type === "float16" ? halfBits(value) : value;
    });
  return values;
}

/** Whatever an engine has computed, as float32. */
export function asFloats(type: string, data: ArrayLike<number | bigint>): Float32Array {
  const isBits = type === "float16" && data instanceof Uint16Array;
  return Float32Array.from(data as ArrayLike<number>, isBits ? floatOfBits : Number);
}

function create(type: string, count: number): ElementValues {
  const Values = arrays.get(type);
  if (Values === undefined) throw new Error(`no values for an input of type ${type}`);
  return new Values(count);
}

/** IEEE 754 binary16 of a number, rounded towards zero; what is too small for a normal one becomes 0. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = Math.min(15, Math.floor(Math.log2(size)));
  if (exponent < -14) return sign;
  const mantissa = Math.min(1023, Math.max(0, Math.floor((size / 2 ** exponent - 1) * 1024)));
  return sign | ((exponent + 15) << 10) | mantissa;
}

function floatOfBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, mantissa] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}
