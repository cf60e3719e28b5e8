/** Damages a file the way that disks, downloads and attackers do. */
import type { Random } from "../../src/base/index.js";

type Mutation = (bytes: Uint8Array, others: readonly Uint8Array[], random: Random) => Uint8Array;

const flipBits: Mutation = (bytes, _, random) => {
  const result = bytes.slice();
  const flips = 1 + random.integer(8);
  for (let i = 0; i < flips; i++) result[random.integer(result.length)]! ^= 1 << random.integer(8);
  return result;
};

const extremes = [0, 1, 0x7f, 0x80, 0xff];

const setBytes: Mutation = (bytes, _, random) => {
  const result = bytes.slice();
  const start = random.integer(result.length);
  result.fill(random.pick(extremes), start, start + 1 + random.integer(10));
  return result;
};

const truncate: Mutation = (bytes, _, random) => bytes.slice(0, random.integer(bytes.length));

/** A piece of another file in the middle of this one, or in place of what was there. */
const splice: Mutation = (bytes, others, random) => {
  const other = random.pick(others);
  const from = random.integer(other.length);
  const piece = other.subarray(from, from + random.integer(200));
  const at = random.integer(bytes.length);
  const rest = bytes.subarray(random.next() < 0.5 ? at : at + piece.length);
  const result = new Uint8Array(at + piece.length + rest.length);
  result.set(bytes.subarray(0, at));
  result.set(piece, at);
  result.set(rest, at + piece.length);
  return result;
};

/** Swaps two bytes: keeps lengths right more often than the others, so that damage reaches deeper. */
const swap: Mutation = (bytes, _, random) => {
  const result = bytes.slice();
  for (let i = 0; i < 4; i++) {
    const a = random.integer(result.length);
    const b = random.integer(result.length);
    [result[a], result[b]] = [result[b]!, result[a]!];
  }
  return result;
};

const mutations = [flipBits, setBytes, truncate, splice, swap];

export const mutate: Mutation = (bytes, others, random) => random.pick(mutations)(bytes, others, random);
