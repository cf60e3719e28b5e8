/** Output shape of an Einsum equation, `...` included. */
import type { GraphNode } from "../graph.js";
import { broadcast } from "./broadcast.js";
import { fail, shapeText } from "./rule.js";

export function einsumShape(node: GraphNode, equation: string, shapes: readonly (readonly number[])[]): number[] {
  if (equation.length > 1000) fail(node, `an equation of ${equation.length} letters`);
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  if (terms.length !== shapes.length)
    fail(node, `equation "${equation}" has ${terms.length} operands, not ${shapes.length}`);
  const sizes = new Map<string, number>();
  let ellipsis: readonly number[] = [];
  terms.forEach((term, i) => {
    const shape = shapes[i]!;
    const [head = "", tail = ""] = term.split("...");
    const hidden = shape.length - head.length - tail.length;
    if (hidden < 0 || (hidden > 0 && !term.includes("..."))) fail(node, `"${term}" does not fit ${shapeText(shape)}`);
    if (hidden > 0) ellipsis = broadcast(node, ellipsis, shape.slice(head.length, head.length + hidden));
    [...head].forEach((letter, k) => {
      bind(node, sizes, letter, shape[k]!);
    });
    [...tail].forEach((letter, k) => {
      bind(node, sizes, letter, shape[head.length + hidden + k]!);
    });
  });
  const result = right ?? implicitOutput(left);
  const [head = "", tail = ""] = result.split("...");
  const sizeOf = (letter: string) => sizes.get(letter) ?? fail(node, `"${letter}" of the output is in no operand`);
  return [...[...head].map(sizeOf), ...(result.includes("...") ? ellipsis : []), ...[...tail].map(sizeOf)];
}

function bind(node: GraphNode, sizes: Map<string, number>, letter: string, size: number): void {
  const known = sizes.get(letter);
  if (known !== undefined && known !== size && known !== 1 && size !== 1) {
    fail(node, `"${letter}" is both ${known} and ${size}`);
  }
  if (known === undefined || known === 1) sizes.set(letter, size);
}

/** Without `->`: the letters that occur once, in alphabetical order, after the ellipsis. */
function implicitOutput(left: string): string {
  const letters = [...left].filter((letter) => letter !== "," && letter !== ".");
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  return (left.includes("...") ? "..." : "") + once.join("");
}
