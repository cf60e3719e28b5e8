/**
 * What a platform is: device + processor + engine and version + precision + options, and its one-line id
 * `device/processor/engine@version/precision[?option=value&…]`. Equal platforms have equal ids: options are sorted.
 */
import { didYouMean, LitepredError } from "../base/index.js";

export const processors = ["cpu", "gpu", "npu", "tpu", "vpu"] as const;
export type Processor = (typeof processors)[number];
export const precisions = ["fp32", "fp16", "bf16", "int8"] as const;
export type Precision = (typeof precisions)[number];

export interface Platform {
  /** Slug of the device, e.g. `xeon-8488c`, `pixel6`, or `local` before it is resolved. */
  readonly device: string;
  readonly processor: Processor;
  /** Name of the inference engine, e.g. `onnxruntime-node`. */
  readonly engine: string;
  /** Version of the engine, `""` where the id does not say (resolved from what is installed). */
  readonly version: string;
  readonly precision: Precision;
  /** Options that change latency (threads, optimisation level, ISA limit), by name. */
  readonly options: Readonly<Record<string, string>>;
}

const shape = "device/processor/engine@version/precision[?option=value&…]";
const example = "e.g. local/cpu/onnxruntime-node/fp32 or pixel6/gpu/tflite@2.7/int8?threads=1";
const word = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

/** @throws LitepredError `unknown-platform` when the text is not a platform id; the message names the part at fault. */
export function parsePlatformId(id: string): Platform {
  const [path = "", query, ...rest] = id.split("?");
  const parts = path.split("/");
  if (parts.length !== 4 || rest.length > 0) throw bad(id, `it has not the form ${shape}`);
  const [device, processor, engineAndVersion, precision] = parts as [string, string, string, string];
  const [engine = "", version = "", ...more] = engineAndVersion.split("@");
  if (!word.test(device)) throw bad(id, `"${device}" is not a device name`);
  if (!word.test(engine) || more.length > 0 || (engineAndVersion.includes("@") && !word.test(version)))
    throw bad(id, `"${engineAndVersion}" is not engine@version`);
  if (!isOneOf(processors, processor))
    throw bad(id, `"${processor}" is not a processor (${didYouMean(processor, processors)}${processors.join(", ")})`);
  if (!isOneOf(precisions, precision))
    throw bad(id, `"${precision}" is not a precision (${didYouMean(precision, precisions)}${precisions.join(", ")})`);
  return { device, processor, engine, version, precision, options: parseOptions(id, query) };
}

export function formatPlatformId(platform: Platform): string {
  const { device, processor, engine, version, precision, options } = platform;
  const query = Object.entries(options)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  return `${device}/${processor}/${engine}${version === "" ? "" : `@${version}`}/${precision}${query === "" ? "" : `?${query}`}`;
}

/** A platform's id as a file name without extension: its separators replaced by one that every file system takes. */
export const platformFileName = (id: string): string => id.replace(/[/?&]/g, "_");

function parseOptions(id: string, query: string | undefined): Record<string, string> {
  const options: Record<string, string> = {};
  if (query === undefined) return options;
  for (const pair of query.split("&")) {
    const [name = "", value = "", ...more] = pair.split("=");
    if (!word.test(name) || !word.test(value) || more.length > 0) throw bad(id, `"${pair}" is not option=value`);
    if (Object.hasOwn(options, name)) throw bad(id, `option "${name}" is given twice`);
    options[name] = value;
  }
  return options;
}

function isOneOf<T extends string>(all: readonly T[], text: string): text is T {
  return (all as readonly string[]).includes(text);
}

function bad(id: string, reason: string): LitepredError {
  return new LitepredError("unknown-platform", `platform id "${id}": ${reason}`, `${shape}, ${example}`, { id });
}
