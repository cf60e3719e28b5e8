/**
 * Our coding. Differs: a size is a row of yes/no answers ("is it at least this threshold?", thresholds at quantiles), and
 * all other fields together are one class. The decoder's outputs are then probabilities, from which a value is drawn: two
 * frequent sizes do not blur into their mean, and kernel 4 between 3 and 5 cannot come out. Shares of the classes are known
 * exactly, so a class is drawn first, then one of the decoded rows by its probability of that class; both from stratified
 * numbers, which follow the same distribution with less scatter.
 */
import type { Random } from "../../base/index.js";
import type { KernelConfig, LooseConfig } from "../../kernels/index.js";
import type { Matrix } from "../../learning/index.js";
import { cumulated, indexAt } from "../weights.js";
import { type ConfigCodec, logOf, type Observations, partnerOf, varying } from "./codec.js";

/** Thresholds of a size, at most. Choice: 32 tell the sizes of a search space apart. */
const resolution = 32;

interface SizeColumns {
  readonly name: string;
  readonly partner: string | undefined;
  readonly thresholds: readonly number[];
  /** Seen logs and their cumulated weights, by the number of thresholds that they reach. */
  readonly bins: readonly { readonly values: number[]; readonly cumulated: Float64Array }[];
}

export function ordinalCodec(observations: Observations): ConfigCodec {
  const names = varying(observations);
  const sizeNames = names.filter((name) => observations.sizes.includes(name));
  const classNames = names.filter((name) => !observations.sizes.includes(name));
  const sizes = sizeNames.map((name) => sizeColumns(name, partnerOf(name, sizeNames), observations));
  const classOf = (config: KernelConfig) => classNames.map((name) => config[name]).join("|");
  const classes = [...new Map(observations.configs.map((config) => [classOf(config), config])).entries()];
  const classIndex = new Map(classes.map(([key], index) => [key, index]));
  const shares = new Float64Array(classes.length);
  for (const [i, config] of observations.configs.entries())
    shares[classIndex.get(classOf(config))!]! += observations.weights[i]!;
  const classShares = cumulated(shares);
  const columns = sizes.reduce((total, { thresholds }) => total + thresholds.length, 0) + classes.length;

  return {
    columns,
    encode(configs): Matrix {
      const values = new Float32Array(configs.length * columns);
      for (const [row, config] of configs.entries()) {
        let at = row * columns;
        for (const { name, partner, thresholds } of sizes) {
          const log = logOf(config, name, partner);
          for (const threshold of thresholds) values[at++] = log >= threshold ? 1 : 0;
        }
        const index = classIndex.get(classOf(config));
        if (index !== undefined) values[at + index] = 1;
      }
      return { rows: configs.length, columns, values };
    },
    decode({ rows, values }, random) {
      const width = columns - classes.length;
      const probability = (row: number, index: number) => values[row * columns + width + index]!;
      const rowsOfClass = classes.map((_, index) =>
        cumulated(Float64Array.from({ length: rows }, (_, row) => probability(row, index))),
      );
      const drawnClasses = stratified(rows, random).map((u) => indexAt(classShares, u));
      const left = rowsOfClass.map((sums, index) => {
        const count = drawnClasses.filter((drawn) => drawn === index).length;
        return stratified(count, random).map((u) => indexAt(sums, u));
      });
      return drawnClasses.map((index): LooseConfig => {
        const row = left[index]!.pop()!;
        const config: Record<string, number | string> = { ...observations.configs[0]! };
        for (const name of classNames) config[name] = classes[index]![1][name]!;
        let at = row * columns;
        for (const size of sizes) {
          const log = drawSize(size, values.subarray(at, at + size.thresholds.length), random);
          at += size.thresholds.length;
          const unit = size.partner === undefined ? 1 : (config[size.partner] as number);
          config[size.name] = Math.round(2 ** log * unit);
        }
        return config;
      });
    },
  };
}

/** One uniform number of each of `count` equal parts of 0…1, in random order. */
function stratified(count: number, random: Random): number[] {
  return random.shuffle(Array.from({ length: count }, (_, i) => (i + random.next()) / count));
}

function sizeColumns(name: string, partner: string | undefined, { configs, weights }: Observations): SizeColumns {
  const logs = configs.map((config) => logOf(config, name, partner));
  const order = logs.map((_, i) => i).sort((a, b) => logs[a]! - logs[b]!);
  const total = order.reduce((sum, i) => sum + weights[i]!, 0);
  const thresholds: number[] = [];
  let below = 0;
  for (const i of order) {
    const due = ((thresholds.length + 1) * total) / resolution;
    // A threshold must have something below it, and more than the one before.
    if (below >= due && logs[i]! > (thresholds.at(-1) ?? logs[order[0]!]!)) thresholds.push(logs[i]!);
    below += weights[i]!;
  }
  if (thresholds.length === 0) thresholds.push(logs.find((log) => log > logs[order[0]!]!)!);
  const members: number[][] = Array.from({ length: thresholds.length + 1 }, () => []);
  for (const [i, log] of logs.entries()) members[thresholds.filter((threshold) => log >= threshold).length]!.push(i);
  const bins = members.map((indices) => ({
    values: indices.map((i) => logs[i]!),
    cumulated: cumulated(Float64Array.from(indices, (i) => weights[i]!)),
  }));
  return { name, partner, thresholds, bins };
}

/** `reached[i]`: probability that threshold i is reached; made non-increasing. One uniform number decides. */
function drawSize({ bins }: SizeColumns, reached: ArrayLike<number>, random: Random): number {
  const u = random.next();
  let count = 0;
  while (count < reached.length && reached[count]! > u) count++;
  while (bins[count]!.values.length === 0) count--;
  const { values, cumulated: sums } = bins[count]!;
  return values[indexAt(sums, random.next())]!;
}
