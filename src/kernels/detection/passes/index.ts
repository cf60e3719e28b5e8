/** Runs one pass of a rule file on a work graph. In: the graph and the pass's parameters. Out: whether anything changed. */
import type { PassRule } from "../rule-schema.js";
import type { WorkGraph } from "../work-graph.js";
import { addIntoConv } from "./add-into-conv.js";
import { adoptQuantized } from "./adopt-quantized.js";
import { convertToBlocked } from "./blocked-layout.js";
import { channelsLast } from "./channels-last.js";
import { decompose } from "./decompose.js";
import { dropQuantization } from "./drop-quantization.js";
import { dynamicProducts } from "./dynamic-products.js";
import { eliminate } from "./eliminate.js";
import { foldIntoWeights } from "./fold-into-weights.js";
import { fuseActivation } from "./fuse-activation.js";
import { fusePad } from "./fuse-pad.js";
import { gatherToSplit } from "./gather-to-split.js";
import { hybridProducts, lowBitProducts } from "./integer-weights.js";
import { matchPatterns } from "./match.js";
import { biasGelu, matmulAdd, matmulScale, matmulTranspose, mergeReshapes, skipLayerNorm } from "./matmul.js";
import { mergeEqual } from "./merge-equal.js";
import { pushTransposes } from "./push-transposes.js";
import {
  dropQuantizedClip,
  fuseQuantized,
  propagateQuantization,
  repairQuantization,
  splitDequantize,
} from "./quantized.js";
import { restoreDequantize } from "./restore-dequantize.js";
import { slicesToDepth } from "./slices-to-depth.js";
import { widenHalves } from "./widen-halves.js";

type PassName = PassRule["pass"];
type RuleOf<Name extends PassName> = Extract<PassRule, { readonly pass: Name }>;
type Pass<Name extends PassName> = (work: WorkGraph, rule: RuleOf<Name>, nchwcBlock: number) => boolean;

const passes: { readonly [Name in PassName]: Pass<Name> } = {
  "adopt-quantized": adoptQuantized,
  "widen-halves": widenHalves,
  "low-bit-products": lowBitProducts,
  "restore-dequantize": restoreDequantize,
  "dynamic-products": dynamicProducts,
  "hybrid-products": (work, rule) => hybridProducts(work, rule.operators),
  eliminate: (work, rule) => eliminate(work, rule.operators),
  "fold-into-weights": (work, rule) => foldIntoWeights(work, rule.into, rule.operators),
  "fuse-activation": (work, rule) => fuseActivation(work, rule.into, rule.activations, rule.domain),
  match: (work, rule) => matchPatterns(work, rule.patterns),
  decompose: (work, rule) => decompose(work, rule.operators),
  "drop-quantization": dropQuantization,
  "split-dequantize": splitDequantize,
  "drop-quantized-clip": dropQuantizedClip,
  "propagate-quantization": (work, rule) => propagateQuantization(work, rule.through),
  "fuse-quantized": (work, rule) => fuseQuantized(work, rule),
  "channels-last": channelsLast,
  "merge-equal": mergeEqual,
  "fuse-pad": (work, rule) => fusePad(work, rule.into),
  "matmul-add": (work, rule) => matmulAdd(work, rule.reshape, rule.anyRank),
  "merge-reshapes": mergeReshapes,
  "push-transposes": (work, rule) => {
    const pushed = pushTransposes(work, rule.assigned);
    return repairQuantization(work) || pushed;
  },
  "slices-to-depth": slicesToDepth,
  "gather-to-split": gatherToSplit,
  "matmul-transpose": matmulTranspose,
  "matmul-scale": matmulScale,
  "bias-gelu": biasGelu,
  "skip-layer-norm": skipLayerNorm,
  "add-into-conv": (work, rule) => addIntoConv(work, rule),
  "blocked-layout": (work, rule, nchwcBlock) => convertToBlocked(work, rule, nchwcBlock),
};

/** True where anything changed. */
export const runPass = <Name extends PassName>(
  work: WorkGraph,
  rule: RuleOf<Name> & { readonly pass: Name },
  nchwcBlock: number,
) => passes[rule.pass](work, rule, nchwcBlock);
