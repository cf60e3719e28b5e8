/** Fusion rules are data: one JSON file per engine in data/fusion-rules, validated when loaded. STUB: being written. */
export interface RuleOptions {
  readonly version?: string;
  /** Channels per block of ONNX Runtime's NCHWc layout: 16 with AVX-512, 8 with AVX or AVX2, 1 for none. */
  readonly nchwcBlock?: 1 | 8 | 16;
}

export interface FusionRules {
  readonly engine: string;
  readonly nchwcBlock: 1 | 8 | 16;
}

/** Engines that have a rule set of their own; every other engine gets `generic`. */
export const ruleEngines: readonly string[] = ["generic", "onnxruntime"];

/** The rules of an engine by its name (`onnxruntime-node` and `onnxruntime-web` are `onnxruntime`); unknown engines get `generic`. */
export function fusionRules(_engine: string, _options: RuleOptions = {}): FusionRules {
  throw new Error("internal: not written yet");
}

/** Block size that ONNX Runtime chooses on an x86 CPU with these flags (as in /proc/cpuinfo); 1 without AVX. */
export function nchwcBlockOfCpu(flags: Iterable<string>): 1 | 8 | 16 {
  const known = new Set([...flags].map((flag) => flag.toLowerCase()));
  if (known.has("avx512f")) return 16;
  return known.has("avx") ? 8 : 1;
}
