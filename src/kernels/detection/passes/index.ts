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

export function runPass(work: WorkGraph, rule: PassRule, nchwcBlock: number): boolean {
  switch (rule.pass) {
    case "adopt-quantized":
      return adoptQuantized(work);
    case "widen-halves":
      return widenHalves(work);
    case "low-bit-products":
      return lowBitProducts(work);
    case "restore-dequantize":
      return restoreDequantize(work);
    case "dynamic-products":
      return dynamicProducts(work);
    case "hybrid-products":
      return hybridProducts(work, rule.operators);
    case "eliminate":
      return eliminate(work, rule.operators);
    case "fold-into-weights":
      return foldIntoWeights(work, rule.into, rule.operators);
    case "fuse-activation":
      return fuseActivation(work, rule.into, rule.activations, rule.domain);
    case "match":
      return matchPatterns(work, rule.patterns);
    case "decompose":
      return decompose(work, rule.operators);
    case "drop-quantization":
      return dropQuantization(work);
    case "split-dequantize":
      return splitDequantize(work);
    case "drop-quantized-clip":
      return dropQuantizedClip(work);
    case "propagate-quantization":
      return propagateQuantization(work, rule.through);
    case "fuse-quantized":
      return fuseQuantized(work, rule);
    case "channels-last":
      return channelsLast(work);
    case "merge-equal":
      return mergeEqual(work);
    case "fuse-pad":
      return fusePad(work, rule.into);
    case "matmul-add":
      return matmulAdd(work, rule.reshape, rule.anyRank);
    case "merge-reshapes":
      return mergeReshapes(work);
    case "push-transposes": {
      const pushed = pushTransposes(work, rule.assigned);
      return repairQuantization(work) || pushed;
    }
    case "slices-to-depth":
      return slicesToDepth(work);
    case "gather-to-split":
      return gatherToSplit(work);
    case "matmul-transpose":
      return matmulTranspose(work);
    case "matmul-scale":
      return matmulScale(work);
    case "bias-gelu":
      return biasGelu(work);
    case "skip-layer-norm":
      return skipLayerNorm(work);
    case "add-into-conv":
      return addIntoConv(work, rule);
    case "blocked-layout":
      return convertToBlocked(work, rule, nchwcBlock);
    default:
      return rule satisfies never;
  }
}
