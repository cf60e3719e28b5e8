/** Normalisations: the first output has the input's shape; statistics, where asked for, follow. */
import type { DataType } from "../graph.js";
import { fail, integer, likeFirst, normalAxis, type Rule, type RuleTable, required } from "./rule.js";

const batchNormalization: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const channels = x.shape[1] ?? 1;
  const scale = required(node, inputs, 1);
  if (scale.shape[0] !== channels) fail(node, `${channels} channels, but a scale of ${scale.shape[0]}`);
  const result = { shape: x.shape, type: x.type };
  if (node.outputs.length < 2) return result;
  return node.outputs.map((_, i) => (i === 0 ? result : { shape: [channels], type: x.type }));
};

/** Mean and inverse deviation are float32 whatever the input is (attribute stash_type, 1 by default). */
const layerNormalization: Rule = (node, inputs) => {
  const x = required(node, inputs, 0);
  const result = { shape: x.shape, type: x.type };
  if (node.outputs.length < 2) return result;
  const axis = normalAxis(node, integer(node, "axis", -1), x.shape.length);
  const shape = x.shape.map((size, i) => (i < axis ? size : 1));
  return node.outputs.map((_, i) => (i === 0 ? result : { shape, type: "float32" as DataType }));
};

export const normalizationRules: RuleTable = {
  BatchNormalization: batchNormalization,
  GroupNormalization: likeFirst,
  InstanceNormalization: likeFirst,
  LRN: likeFirst,
  LayerNormalization: layerNormalization,
  LpNormalization: likeFirst,
  MeanVarianceNormalization: likeFirst,
  RMSNormalization: likeFirst,
};
