import { invariant } from "../../base/index.js";
import { add } from "./elementwise.js";
import { constant, type Expression } from "./expression.js";

/** Every expression that `roots` rest on, inputs before users. */
export function topologicalOrder(roots: readonly Expression[]): Expression[] {
  const seen = new Set<Expression>();
  const order: Expression[] = [];
  const visit = (expression: Expression): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    expression.inputs.forEach(visit);
    order.push(expression);
  };
  roots.forEach(visit);
  return order;
}

/**
 * Reverse-mode differentiation: the gradient of a scalar by each of `variables`, as expressions. `seed` scales them all.
 * Only paths that lead to a variable are differentiated. A variable that the scalar does not rest on is a bug of ours.
 */
export function differentiate(
  scalar: Expression,
  variables: readonly Expression[],
  seed: Expression = constant(1),
): Expression[] {
  invariant(scalar.shape.length === 0, `the gradient of a [${scalar.shape}] was asked for`);
  const order = topologicalOrder([scalar]);
  const needed = new Set(variables);
  for (const expression of order) if (expression.inputs.some((input) => needed.has(input))) needed.add(expression);
  const gradients = new Map<Expression, Expression>([[scalar, seed]]);
  for (const expression of order.reverse()) {
    const upstream = gradients.get(expression);
    if (upstream === undefined || !needed.has(expression) || expression.gradient === undefined) continue;
    const parts = expression.gradient(upstream, expression);
    expression.inputs.forEach((input, i) => {
      const part = parts[i];
      if (part === undefined || !needed.has(input)) return;
      const before = gradients.get(input);
      gradients.set(input, before === undefined ? part : add(before, part));
    });
  }
  return variables.map((variable) => {
    const gradient = gradients.get(variable);
    invariant(gradient !== undefined, "the loss does not depend on a parameter");
    return gradient;
  });
}
