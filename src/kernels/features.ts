/**
 * Configs to feature vectors, the same code for training and prediction. The extractor of a type is compiled once from
 * its fields; `published` is what LitePred and nn-Meter use, `derived` what the measurements in docs say matters.
 */
import { invariant } from "../base/index.js";
import { exampleConfig, kernelTypeOf } from "./catalogue.js";
import { bytesPerNumber, logSize } from "./sizes.js";
import type { Field, KernelConfig, KernelType } from "./types.js";

/** `published`: raw config, FLOPs and parameters in millions. `derived`: logs, ratios, flags. Choices are one-hot in both. */
export type FeatureSet = "published" | "derived";

/** Sizes are compared between platforms of any precision at that of float32. */
interface Extractor {
  readonly names: readonly string[];
  /** Writes one row at `offset`. */
  readonly write: (config: KernelConfig, out: Float32Array, offset: number) => void;
}

const extractors: Record<FeatureSet, WeakMap<KernelType, Extractor>> = {
  published: new WeakMap(),
  derived: new WeakMap(),
};

export function featureNames(type: string | KernelType, set: FeatureSet): string[] {
  return [...extractorOf(type, set).names];
}

/**
 * Row-major configs.length × featureNames(...).length; all finite.
 * Configs must be valid (normalizeConfig, projectConfig): an unknown choice is all zeros, a missing number is NaN.
 * @param only these columns, in this order: for predictors of a version that computed fewer
 * @throws LitepredError `internal` for a name that the set lacks
 */
export function extractFeatures(
  type: string | KernelType,
  configs: readonly KernelConfig[],
  set: FeatureSet,
  only?: readonly string[],
): Float32Array {
  const all = extractAll(type, configs, set);
  const names = featureNames(type, set);
  if (only === undefined || only.join() === names.join()) return all;
  const columns = only.map((name) => names.indexOf(name));
  invariant(!columns.includes(-1), `features that ${set} lacks: ${only.join(", ")}`);
  const out = new Float32Array(configs.length * columns.length);
  for (let row = 0, at = 0; row < configs.length; row++)
    for (const column of columns) out[at++] = all[row * names.length + column]!;
  return out;
}

function extractAll(type: string | KernelType, configs: readonly KernelConfig[], set: FeatureSet): Float32Array {
  const { names, write } = extractorOf(type, set);
  const out = new Float32Array(configs.length * names.length);
  let offset = 0;
  for (const config of configs) {
    write(config, out, offset);
    offset += names.length;
  }
  return out;
}

/** Row-major configs.length × 4: 1, FLOPs, activation bytes (in + out), weight bytes, at 4 bytes per element. */
export function rooflineTerms(type: string | KernelType, configs: readonly KernelConfig[]): Float64Array {
  const row = rowOf(type);
  const out = new Float64Array(configs.length * 4);
  for (const [i, config] of configs.entries()) {
    const { input, output, weight } = row.elements(config);
    out.set([1, row.flops(config), (input + output) * bytesPerNumber, weight * bytesPerNumber], i * 4);
  }
  return out;
}

const rowOf = (type: string | KernelType): KernelType => (typeof type === "string" ? kernelTypeOf(type) : type);

function extractorOf(type: string | KernelType, set: FeatureSet): Extractor {
  const row = rowOf(type);
  let extractor = extractors[set].get(row);
  if (extractor === undefined) {
    extractor = set === "published" ? publishedExtractor(row) : derivedExtractor(row);
    extractors[set].set(row, extractor);
  }
  return extractor;
}

const numberNames = (fields: readonly Field[]) =>
  fields.filter((field) => field.kind !== "choice").map((field) => field.name);

/** One-hot columns of all choice fields, and where each value's column is. */
function oneHots(fields: readonly Field[]) {
  const names: string[] = [];
  const choices = fields.flatMap((field) => {
    if (field.kind !== "choice") return [];
    const columns = new Map(field.choices.map((value, i) => [value, names.length + i] as const));
    names.push(...field.choices.map((value) => `${field.name}=${value}`));
    return [{ name: field.name, columns }];
  });
  const write = (config: KernelConfig, out: Float32Array, offset: number) => {
    for (const { name, columns } of choices) {
      const column = columns.get(config[name] as string);
      if (column !== undefined) out[offset + column] = 1;
    }
  };
  return { names, write };
}

function publishedExtractor(type: KernelType): Extractor {
  const numbers = numberNames(type.fields);
  const choices = oneHots(type.fields);
  return {
    names: [...numbers, "FLOPs (M)", "parameters (M)", ...choices.names],
    write(config, out, offset) {
      let at = offset;
      for (const name of numbers) out[at++] = config[name] as number;
      out[at++] = type.flops(config) / 1e6;
      out[at++] = type.params(config) / 1e6;
      choices.write(config, out, at);
    },
  };
}

function derivedExtractor(type: KernelType): Extractor {
  const numbers = numberNames(type.fields);
  const choices = oneHots(type.fields);
  const own = derivedColumns(type);
  const common = ["FLOPs", "bytes in", "bytes out", "bytes of weights", "bytes in all", "FLOPs per byte"];
  return {
    names: [...[...numbers, ...common].map((name) => `log ${name}`), ...own.names, ...choices.names],
    write(config, out, offset) {
      let at = offset;
      for (const name of numbers) out[at++] = logSize(Math.abs(config[name] as number));
      at = writeCommon(type, config, out, at);
      at = own.write(config, out, at);
      choices.write(config, out, at);
    },
  };
}

/** The type's own features, column by column where it offers that. */
function derivedColumns(type: KernelType) {
  const names = Object.keys(type.derived(exampleConfig(type)));
  const columns = type.derivedColumns && Object.values(type.derivedColumns);
  const write = (config: KernelConfig, out: Float32Array, offset: number) => {
    let at = offset;
    if (columns !== undefined) for (const column of columns) out[at++] = column(config);
    else for (const value of Object.values(type.derived(config))) out[at++] = value;
    return at;
  };
  return { names, write };
}

function writeCommon(type: KernelType, config: KernelConfig, out: Float32Array, offset: number): number {
  const flops = type.flops(config);
  const { input, output, weight } = type.elements(config);
  const total = (input + output + weight) * bytesPerNumber;
  out[offset] = logSize(flops);
  out[offset + 1] = logSize(input * bytesPerNumber);
  out[offset + 2] = logSize(output * bytesPerNumber);
  out[offset + 3] = logSize(weight * bytesPerNumber);
  out[offset + 4] = logSize(total);
  out[offset + 5] = logSize(flops) - logSize(total);
  return offset + 6;
}
