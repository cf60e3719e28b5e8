/** Numpy-style broadcasting, as ONNX defines it (docs/Broadcasting.md of the standard). */
import type { GraphNode } from "../graph.js";
import { fail, shapeText } from "./rule.js";

export function broadcast(node: GraphNode, a: readonly number[], b: readonly number[]): readonly number[] {
  if (b.length === 0 || sameShape(a, b)) return a;
  if (a.length === 0) return b;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      fail(node, `shapes ${shapeText(a)} and ${shapeText(b)} cannot be broadcast together`);
    }
    result[i] = left === 1 ? right : left;
  }
  return result;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
