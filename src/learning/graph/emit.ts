import { invariant } from "../../base/index.js";
import { topologicalOrder } from "./differentiate.js";
import type { Expression } from "./expression.js";
import { createGraphWriter, type Dimensions, type GraphWriter, modelBytes, valueInfo } from "./onnx-writer.js";

/** Writes the expressions into a graph, each once; `names` maps leaves to names that exist there. */
export function emit(
  writer: GraphWriter,
  results: readonly Expression[],
  names: ReadonlyMap<Expression, string>,
): string[] {
  const known = new Map(names);
  for (const expression of topologicalOrder(results)) {
    if (known.has(expression)) continue;
    invariant(expression.emit !== undefined, `a leaf of shape [${expression.shape}] has no name`);
    known.set(
      expression,
      expression.emit(
        writer,
        expression.inputs.map((input) => known.get(input)!),
      ),
    );
  }
  return results.map((result) => known.get(result)!);
}

/**
 * A model that computes `outputs` from `inputs`. With `symbolicRows`, the first dimension of the inputs that say so is left
 * open; the expressions in between must not have that size written into them. `stored`: values of leaves that become part of
 * the model.
 */
export function expressionModel(
  inputs: Readonly<Record<string, { expression: Expression; symbolicRows?: boolean }>>,
  outputs: Readonly<Record<string, Expression>>,
  stored: ReadonlyMap<Expression, Float32Array> = new Map(),
): Uint8Array {
  const writer = createGraphWriter();
  const names = new Map(Object.entries(inputs).map(([name, { expression }]) => [expression, name]));
  for (const [expression, values] of stored) names.set(expression, writer.tensor(values, expression.shape));
  const results = emit(writer, Object.values(outputs), names);
  Object.keys(outputs).forEach((name, i) => {
    writer.named("Identity", [results[i]!], [name]);
  });
  const open = Object.values(inputs).some((input) => input.symbolicRows);
  const dimensions = (shape: readonly number[], symbolic = false): Dimensions =>
    symbolic ? ["rows", ...shape.slice(1)] : shape;
  return modelBytes(
    writer.finish(
      "expression",
      Object.entries(inputs).map(([name, { expression, symbolicRows }]) =>
        valueInfo(name, "float", dimensions(expression.shape, symbolicRows)),
      ),
      Object.entries(outputs).map(([name, { shape }]) => valueInfo(name, "float", dimensions(shape, open))),
    ),
  );
}
