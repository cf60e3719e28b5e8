/**
 * The single table of kernel types. Adding a type: define it in types/, list it here; features, samplers, writers,
 * tests and documentation follow.
 */
import { sha256, stableJson, unknownName } from "../base/index.js";
import * as binary from "./types/binary.js";
import * as convolution from "./types/convolution.js";
import * as joining from "./types/joining.js";
import * as layout from "./types/layout.js";
import * as matrix from "./types/matrix.js";
import { memoryBound } from "./types/memory-bound.js";
import * as normalization from "./types/normalization.js";
import * as otherAttention from "./types/other-attention.js";
import * as otherConvolutions from "./types/other-convolutions.js";
import { otherOperator } from "./types/other-operator.js";
import * as otherProducts from "./types/other-products.js";
import * as pooling from "./types/pooling.js";
import * as quantised from "./types/quantised.js";
import { recurrent } from "./types/recurrent.js";
import * as resampling from "./types/resampling.js";
import * as unary from "./types/unary.js";
import type { KernelType } from "./types.js";

const types = [
  convolution.convBnRelu,
  convolution.dwconvBnRelu,
  convolution.convTransposed,
  matrix.fullyConnected,
  matrix.matmul,
  matrix.attention,
  binary.add,
  binary.addRelu,
  binary.mul,
  binary.elementwise,
  unary.relu,
  unary.swish,
  unary.hswish,
  unary.gelu,
  unary.biasGelu,
  unary.activation,
  unary.cast,
  unary.quantize,
  unary.dequantize,
  pooling.averagePool,
  pooling.maximumPool,
  pooling.globalAveragePool,
  pooling.reduce,
  pooling.squeezeExcitation,
  normalization.softmax,
  normalization.layernorm,
  normalization.skipLayernorm,
  normalization.groupNorm,
  normalization.batchnorm,
  joining.concat,
  joining.split,
  joining.slice,
  joining.gather,
  layout.resize,
  layout.pad,
  layout.transpose,
  layout.copy,
  layout.reorder,
  layout.depthToSpace,
  otherConvolutions.conv1d,
  otherConvolutions.conv3d,
  otherConvolutions.convTransposed1d,
  recurrent,
  otherAttention.attentionCached,
  otherAttention.attentionProjected,
  otherProducts.matmulNbits,
  otherProducts.einsum,
  quantised.convQuantised,
  quantised.matmulQuantised,
  quantised.elementwiseQuantised,
  quantised.dynamicQuantize,
  resampling.resizePlain,
  resampling.gridSample,
  otherOperator,
  memoryBound,
] as const satisfies readonly KernelType[];

export type KernelTypeName = (typeof types)[number]["name"];

/** Types that stand for any operator: what was measured of one says nothing of the next, so they never count as covered. */
const fallbacks: ReadonlySet<string> = new Set([otherOperator.name, memoryBound.name]);
export const isFallbackType = (name: string): boolean => fallbacks.has(name);

const byName: ReadonlyMap<string, KernelType> = new Map(types.map((type) => [type.name, type] as const));

/** Names of all catalogue types. */
export const kernelTypeNames: readonly KernelTypeName[] = types.map((type) => type.name);

export const isKernelTypeName = (name: string): name is KernelTypeName => byName.has(name);

/** The catalogue's row of that name. @throws LitepredError `unknown-kernel-type`. */
export function kernelTypeOf(name: string): KernelType {
  const type = byName.get(name);
  if (type === undefined) throw unknownName("kernel type", name, kernelTypeNames, "unknown-kernel-type");
  return type;
}

let version: string | undefined;

/**
 * Identifies names, order, ranges and choices of all types' fields and derived features: 12 hex digits. A predictor trained
 * under another version may not fit. Formulas are not part of it.
 */
export function catalogueVersion(): string {
  version ??= sha256(
    stableJson(
      types.map(({ name, fields, derived }) => ({ name, fields, derived: Object.keys(derived(exampleOf(fields))) })),
    ),
  ).slice(0, 12);
  return version;
}

/** A typical config of the type: defaults and examples. */
export function exampleConfig(type: string | KernelType): Record<string, number | string> {
  return exampleOf((typeof type === "string" ? kernelTypeOf(type) : type).fields);
}

function exampleOf(fields: KernelType["fields"]): Record<string, number | string> {
  const entries = fields.map((field) => {
    if (field.kind === "choice") return [field.name, field.default ?? field.choices[0]!] as const;
    return [field.name, field.example ?? field.default ?? field.min] as const;
  });
  return Object.fromEntries(entries);
}
