/** Attributes of a node as plain values; sub-graphs are kept apart, and references to a function's attributes resolved. */
import { LitepredError } from "../../base/index.js";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type NodeProto,
} from "../../formats/onnx/index.js";
import type { AttributeValue } from "../../graph/index.js";
import { readTensor } from "./tensor-proto.js";

export type AttributeScope = ReadonlyMap<string, AttributeProto>;

export interface NodeAttributes {
  readonly values: Record<string, AttributeValue>;
  readonly graphs: Readonly<Record<string, GraphProto>>;
}

const utf8 = new TextDecoder();

/** The node's attributes, those that refer to the enclosing function replaced by what its caller gave. */
export function resolvedAttributes(node: NodeProto, scope: AttributeScope | undefined): AttributeProto[] {
  const resolved: AttributeProto[] = [];
  for (const attribute of node.attribute) {
    if (attribute.name === "" || attribute.name === "__proto__") {
      throw new LitepredError("invalid-model", `node "${node.name}" (${node.opType}) has an attribute without a name`);
    }
    if (attribute.refAttrName === "") resolved.push(attribute);
    else {
      const given = scope?.get(attribute.refAttrName);
      if (given) resolved.push({ ...given, name: attribute.name });
    }
  }
  return resolved;
}

export function readAttributes(node: NodeProto, scope: AttributeScope | undefined): NodeAttributes {
  const values: Record<string, AttributeValue> = {};
  const graphs: Record<string, GraphProto> = {};
  for (const attribute of resolvedAttributes(node, scope)) {
    if (attribute.g) graphs[attribute.name] = attribute.g;
    else setValue(values, attribute, `attribute ${attribute.name} of node "${node.name}" (${node.opType})`);
  }
  return { values, graphs };
}

/** A tensor becomes three values: `<name>`, `<name>_shape`, `<name>_type`; the rules that take one know this. */
function setValue(values: Record<string, AttributeValue>, attribute: AttributeProto, what: string): void {
  const { name } = attribute;
  switch (typeOf(attribute)) {
    case AttributeType.FLOAT:
      values[name] = attribute.f;
      return;
    case AttributeType.INT:
      values[name] = Number(attribute.i);
      return;
    case AttributeType.STRING:
      values[name] = utf8.decode(attribute.s);
      return;
    case AttributeType.FLOATS:
      values[name] = attribute.floats;
      return;
    case AttributeType.INTS:
      values[name] = attribute.ints.map(Number);
      return;
    case AttributeType.STRINGS:
      values[name] = attribute.strings.map((bytes) => utf8.decode(bytes));
      return;
    case AttributeType.TENSOR: {
      if (!attribute.t) throw new LitepredError("invalid-model", `${what} should hold a tensor`);
      const tensor = readTensor(attribute.t, what);
      if (tensor.values) values[name] = Array.from(tensor.values);
      values[`${name}_shape`] = tensor.shape;
      values[`${name}_type`] = tensor.type;
      return;
    }
    default:
      throw new LitepredError("unsupported-operator", `${what} is of a kind (${attribute.type}) that is not supported`);
  }
}

/** Files of the first IR version leave the type out: then it is the field that is filled. */
function typeOf(attribute: AttributeProto): AttributeType {
  if (attribute.type !== AttributeType.UNDEFINED) return attribute.type;
  if (attribute.ints.length > 0) return AttributeType.INTS;
  if (attribute.floats.length > 0) return AttributeType.FLOATS;
  if (attribute.strings.length > 0) return AttributeType.STRINGS;
  if (attribute.s.length > 0) return AttributeType.STRING;
  if (attribute.t) return AttributeType.TENSOR;
  return attribute.i !== 0n ? AttributeType.INT : AttributeType.FLOAT;
}
