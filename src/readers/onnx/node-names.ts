/** What a node reads and puts out, by the names of the flat graph. */
import { LitepredError } from "../../base/index.js";
import type { NodeProto } from "../../formats/onnx/index.js";
import { resolve, type Scope } from "./scope.js";

export const described = (proto: NodeProto) => `node "${proto.name}" (${proto.opType})`;

export function inputsOf(proto: NodeProto, scope: Scope): string[] {
  const inputs = proto.input.map((name) => {
    if (name === "") return "";
    return resolve(scope, name) ?? dangling(`input "${name}" of ${described(proto)}`);
  });
  while (inputs.at(-1) === "") inputs.pop();
  return inputs;
}

export const outputOf = (scope: Scope, name: string, what: string): string =>
  resolve(scope, name) || dangling(`output "${name}" of ${what}`);

export function register(scope: Scope, local: string, name: string): void {
  if (scope.names.has(local)) throw new LitepredError("invalid-model", `tensor "${local}" is defined twice`);
  scope.names.set(local, name);
}

export function dangling(what: string): never {
  throw new LitepredError("invalid-model", `${what} is produced by nothing`);
}
