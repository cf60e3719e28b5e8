/** The inside of a training loop: forward, backward and Adam, for each step of a turn. */
import type { GraphProto } from "../../formats/onnx/index.js";
import { type AdamNames, emitAdamStep } from "./adam.js";
import { differentiate } from "./differentiate.js";
import { emit } from "./emit.js";
import { type Expression, leaf, type Shape, sameShape, sizeOf } from "./expression.js";
import { type GraphWriter, valueInfo } from "./onnx-writer.js";
import {
  carriedNames,
  FLAT_AXIS,
  flatShape,
  type StateTensor,
  stateInfo,
  type TrainingProblem,
} from "./training-problem.js";

/** The body of the loop: `stepsPerTurn` steps, one after the other. */
export function writeTurn(
  body: GraphWriter,
  problem: TrainingProblem,
  state: readonly StateTensor[],
  stepsPerTurn: number,
): GraphProto {
  const trained = state.filter((tensor) => tensor.trained);
  const scale = leaf([]);
  const variables = trained.flatMap(({ members }) => members.map((name) => problem.parameters[name]!.leaf));
  const gradients = differentiate(problem.loss, variables, scale);
  const first = body.node("Mul", ["iteration", body.int64([stepsPerTurn], [])]);
  let current = new Map(state.map(({ name, trained }) => [name, carriedNames(trained ? inBody(name) : name)]));
  const losses: string[] = [];
  for (let k = 0; k < stepsPerTurn; k++) {
    const index = body.node("Add", [first, body.int64([k], [])]);
    const step = writeStep(body, problem, state, current, index, { variables, gradients, scale });
    losses.push(step.loss);
    current = step.next;
  }
  body.named("Identity", ["continue"], ["continued"]);
  body.named("Sum", losses, ["step-loss"]);
  const next = trained.flatMap(({ name }) => {
    const { parameter, momentum, variance } = current.get(name)!;
    return [parameter, momentum, variance];
  });
  const carried = trained.flatMap((tensor) => stateInfo({ ...tensor, name: inBody(tensor.name) }, ""));
  const output = trained.flatMap(({ shape }, i) => [0, 1, 2].map((k) => valueInfo(next[3 * i + k]!, "float", shape)));
  return body.finish(
    "step",
    [valueInfo("iteration", "int64", []), valueInfo("continue", "bool", []), ...carried],
    [valueInfo("continued", "bool", []), ...output, valueInfo("step-loss", "float", [])],
  );
}

interface Backward {
  readonly variables: readonly Expression[];
  readonly gradients: readonly Expression[];
  readonly scale: Expression;
}

/** One step: `index` names its number in the run, `current` the state before it. */
function writeStep(
  body: GraphWriter,
  problem: TrainingProblem,
  state: readonly StateTensor[],
  current: ReadonlyMap<string, AdamNames>,
  index: string,
  { variables, gradients, scale }: Backward,
) {
  const names = new Map<Expression, string>();
  const pick = (source: string) => body.node("Gather", [source, index], { axis: 0 });
  for (const [name, expression] of Object.entries(problem.batches)) names.set(expression, pick(name));
  for (const tensor of state) nameParameters(body, problem, tensor, current.get(tensor.name)!.parameter, names);
  names.set(scale, pick("scale"));
  const [loss, ...written] = emit(body, [problem.report ?? problem.loss, ...gradients], names) as [string, ...string[]];
  const gradientOf = new Map(variables.map((variable, i) => [variable, written[i]!]));
  const factor = (source: string) => reshaped(body, pick(source), [], flatShape(1));
  const [rate, push] = [factor("rate"), factor("push")];
  const keep = problem.decays ? pick("keep") : undefined;
  const next = new Map(current);
  for (const tensor of state.filter(({ trained }) => trained)) {
    const parts = tensor.members.map((name) => {
      const { leaf: x } = problem.parameters[name]!;
      return reshaped(body, gradientOf.get(x)!, x.shape, flatShape(sizeOf(x.shape)));
    });
    const gradient = parts.length === 1 ? parts[0]! : body.node("Concat", parts, { axis: FLAT_AXIS });
    const factors = {
      push,
      rate: scaledRate(body, problem, tensor, rate),
      keep: tensor.rows ? undefined : keep,
    };
    next.set(tensor.name, emitAdamStep(body, current.get(tensor.name)!, gradient, factors));
  }
  return { loss, next };
}

/** A loop's state has names of its own in the body; what is frozen is seen from outside. */
const inBody = (name: string): string => `body/${name}`;

/** The parameters of a tensor by their leaves, each in its own shape. */
function nameParameters(
  body: GraphWriter,
  { parameters }: TrainingProblem,
  { members, shape }: StateTensor,
  source: string,
  names: Map<Expression, string>,
): void {
  const leaves = members.map((member) => parameters[member]!.leaf);
  const sizes = leaves.map((x) => sizeOf(x.shape));
  const parts =
    leaves.length === 1
      ? [source]
      : body.nodes("Split", [source, body.int64(sizes)], leaves.length, { axis: FLAT_AXIS });
  leaves.forEach((x, i) => {
    names.set(x, reshaped(body, parts[i]!, leaves.length === 1 ? shape : flatShape(sizes[i]!), x.shape));
  });
}

const reshaped = (body: GraphWriter, value: string, from: Shape, to: Shape): string =>
  sameShape(from, to) ? value : body.node("Reshape", [value, body.int64(to)]);

function scaledRate(body: GraphWriter, problem: TrainingProblem, { members }: StateTensor, rate: string) {
  const parameters = members.map((name) => problem.parameters[name]!);
  const rates = parameters.map((parameter) => parameter.rate);
  if (rates.every((r) => r === rates[0])) {
    const name = rates[0] === 1 ? rate : body.node("Mul", [rate, body.float([rates[0]!])]);
    return { name, perElement: false };
  }
  const each = parameters.flatMap((parameter) => new Array<number>(sizeOf(parameter.leaf.shape)).fill(parameter.rate));
  return { name: body.node("Mul", [rate, body.float(each, flatShape(each.length))]), perElement: true };
}
