/** Versions of the operator sets that a model or a function imports. */
import { LitepredError } from "../../base/index.js";
import type { OperatorSetIdProto } from "../../formats/onnx/index.js";

/** ONNX's own operators have two names for their domain. */
export const normalDomain = (domain: string): string => (domain === "ai.onnx" ? "" : domain);

export const opsetEntry = ({ domain, version }: OperatorSetIdProto): [string, number] => [
  normalDomain(domain),
  Number(version),
];

/** Rules cover opsets 7 to 26; fixtures cover 9 to 23. */
export function opsetsOf(imports: readonly OperatorSetIdProto[]): ReadonlyMap<string, number> {
  const opsets = new Map(imports.map(opsetEntry));
  const version = opsets.get("");
  if (version === undefined)
    throw new LitepredError("invalid-model", "the model imports no version of ONNX's operators");
  if (version < 7 || version > 26) {
    throw new LitepredError(
      "unsupported-operator",
      `opset ${version} is outside 7 to 26`,
      "Export with opset 9 to 23.",
    );
  }
  return opsets;
}
