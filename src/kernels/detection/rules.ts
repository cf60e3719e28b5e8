/** Fusion rules are data: one JSON file per engine in data/fusion-rules, validated when loaded and kept for the next call. */
import { readdirSync, readFileSync } from "node:fs";
import { LitepredError, packagePath } from "../../base/index.js";
import type { Graph } from "../../graph/index.js";
import { type RuleFile, ruleFileSchema } from "./rule-schema.js";

export type NchwcBlock = 1 | 8 | 16;

export interface RuleOptions {
  /** Version of the engine. There is one rule set per engine so far, for the version that its file names. */
  readonly version?: string;
  /** Channels per block of ONNX Runtime's NCHWc layout: 16 with AVX-512, 8 with AVX or AVX2, 1 (default) for none, as on GPUs. */
  readonly nchwcBlock?: NchwcBlock;
}

export interface FusionRules {
  readonly engine: string;
  /** The one of the file's engines that was asked for. */
  readonly name: string;
  readonly nchwcBlock: NchwcBlock;
  readonly file: RuleFile;
  /** Everything is measured on 8-bit integers: the plain kernel types stand for those. */
  readonly int8?: boolean | undefined;
  /** The engine hands copies of the outputs to its caller, in the time of a run. */
  readonly copiesOutputs?: boolean | undefined;
  /** The graph that the engine is given for a model, where it is another one: quantised, say. */
  readonly given?: ((graph: Graph) => Graph) | undefined;
}

let files: Map<string, RuleFile> | undefined;

function ruleFiles(): Map<string, RuleFile> {
  if (files === undefined) {
    files = new Map();
    for (const name of readdirSync(packagePath("data", "fusion-rules")).sort()) {
      if (!name.endsWith(".json")) continue;
      const file = parseFile(name);
      for (const engine of [file.engine, ...file.aliases]) files.set(engine, file);
    }
  }
  return files;
}

function parseFile(name: string): RuleFile {
  const parsed = ruleFileSchema.safeParse(JSON.parse(readFileSync(packagePath("data", "fusion-rules", name), "utf8")));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new LitepredError(
    "corrupt-artefact",
    `data/fusion-rules/${name}: ${path.join(".")}: ${message}`,
    "restore the file from the package",
  );
}

/** Names of the engines that have a rule set of their own; every other engine gets `generic`. */
export const ruleEngines = (): readonly string[] => [...new Set([...ruleFiles().values()].map((file) => file.engine))];

/** Every name that stands for rules: those of engines with rules of their own, and `generic`. */
export const ruledEngines = (): string[] => [...ruleFiles().keys()].sort();

/** The rules of an engine by its name (`onnxruntime-node` is `onnxruntime`); engines without a file get `generic`. */
export function fusionRules(engine: string, options: RuleOptions = {}): FusionRules {
  const name = engine.split("@")[0]!.toLowerCase();
  const file = ruleFiles().get(name) ?? ruleFiles().get("generic")!;
  return { engine: file.engine, name, nchwcBlock: options.nchwcBlock ?? 1, file };
}

/** Block size that ONNX Runtime chooses on an x86 CPU with SIMD registers of so many bits; 1 without AVX. */
export function nchwcBlockOf(vectorBits: number): NchwcBlock {
  if (vectorBits >= 512) return 16;
  return vectorBits >= 256 ? 8 : 1;
}
