/** Attributes of our graphs, where a number is a number, to ONNX's, where it is an int or a float. */
import { create } from "@bufbuild/protobuf";
import { type AttributeProto, AttributeProto_AttributeType, AttributeProtoSchema } from "../../formats/onnx/index.js";
import type { AttributeValue } from "../../graph/index.js";

/** Attributes that the operator specification declares as float or floats; a whole number there is still a float. */
const floatAttributes: ReadonlySet<string> = new Set([
  "alpha",
  "beta",
  "bias",
  "cubic_coeff_a",
  "epsilon",
  "extrapolation_value",
  "gamma",
  "lambd",
  "max",
  "min",
  "momentum",
  "norm_coefficient",
  "ratio",
  "scale",
  "scales",
  "softcap",
  "spatial_scale",
  "threshold",
  "value_float",
  "value_floats",
]);

export function attributeProto(name: string, value: AttributeValue): AttributeProto {
  const proto = create(AttributeProtoSchema, { name });
  const type = AttributeProto_AttributeType;
  const isFloat = (numbers: readonly number[]) => floatAttributes.has(name) || !numbers.every(Number.isInteger);
  if (typeof value === "string") {
    proto.type = type.STRING;
    proto.s = encode(value);
  } else if (typeof value === "number") {
    proto.type = isFloat([value]) ? type.FLOAT : type.INT;
    if (proto.type === type.FLOAT) proto.f = value;
    else proto.i = BigInt(value);
  } else if (typeof value[0] === "string") {
    proto.type = type.STRINGS;
    proto.strings = (value as readonly string[]).map(encode);
  } else {
    const numbers = value as readonly number[];
    proto.type = isFloat(numbers) ? type.FLOATS : type.INTS;
    if (proto.type === type.FLOATS) proto.floats = [...numbers];
    else proto.ints = numbers.map(BigInt);
  }
  return proto;
}

const encode = (text: string) => new TextEncoder().encode(text);
