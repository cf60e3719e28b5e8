/**
 * A whole run of training steps as one ONNX model: a Loop whose body is forward, backward and Adam, whose state is the
 * parameters and their moments. The caller feeds all batches of the run at once. One run an epoch costs about half of one
 * run a step.
 */
import { type AdamNames, emitAdamEnd, emitAdamStart, emitAdamStep } from "./adam.js";
import { differentiate } from "./differentiate.js";
import { add } from "./elementwise.js";
import { emit } from "./emit.js";
import { constant, type Expression, leaf, type Shape, sizeOf } from "./expression.js";
import { affine, isProduct } from "./linear.js";
import { createGraphWriter, type GraphWriter, modelBytes, valueInfo } from "./onnx-writer.js";

export interface Parameter {
  readonly leaf: Expression;
  /** Multiplies the learning rate; 0 freezes. */
  readonly rate: number;
}

export interface TrainingProblem {
  /** Leaves that get new values in every step; fed as [steps, …shape]. */
  readonly batches: Readonly<Record<string, Expression>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Scalar. */
  readonly loss: Expression;
  /** The scalar that is reported, default the loss. */
  readonly report?: Expression;
  /** Whether parameters of several rows (not biases) shrink by the fed factors `keep`. */
  readonly decays: boolean;
}

/**
 * Parameters of a single row are kept in one tensor, so that one pass of Adam does for all biases. Others have one each.
 * Fed as `name`, and for those that are trained `name/m`, `name/v`; what is trained comes back under `out/…`.
 */
export interface StateTensor {
  readonly name: string;
  readonly shape: Shape;
  /** Names of the parameters that it holds, in order. */
  readonly members: readonly string[];
  readonly trained: boolean;
}

export interface TrainingLoop {
  readonly model: Uint8Array;
  readonly state: readonly StateTensor[];
}

/**
 * `stepsPerTurn`: steps in one turn of the loop. The engine updates a tensor in place only where it is neither input nor output
 * of the loop's body; with several steps in a turn, weights and moments move to new memory in one of them instead of in each.
 * Feeds beside batches and state: `turns` (int64 scalar), the steps of the run / stepsPerTurn; float32 [steps] `scale` (gradientScale), `rate` (stepRate), and with
 * decay `keep`; `unscale` (scalar, 1 / last scale). Output beside the state: `loss` [turns], each the sum over its
 * steps.
 */
export function trainingLoop(problem: TrainingProblem, stepsPerTurn = 1): TrainingLoop {
  const state = arrange(problem.parameters);
  const trained = state.filter((tensor) => tensor.trained);
  const outer = createGraphWriter();
  const body = writeBody(outer.subgraph(), problem, state, stepsPerTurn);

  const started = trained.flatMap(({ name }) => {
    const { parameter, momentum, variance } = emitAdamStart(outer, carriedNames(name));
    return [parameter, momentum, variance];
  });
  const always = "";
  const results = outer.nodes("Loop", ["turns", always, ...started], started.length + 1, { body });
  trained.forEach(({ name }, i) => {
    const [parameter, momentum, variance] = results.slice(3 * i, 3 * i + 3) as [string, string, string];
    const ended = emitAdamEnd(outer, { parameter, momentum, variance }, "unscale");
    const out = carriedNames(`out/${name}`);
    outer.named("Identity", [ended.parameter], [out.parameter]);
    outer.named("Identity", [ended.momentum], [out.momentum]);
    outer.named("Identity", [ended.variance], [out.variance]);
  });
  outer.named("Identity", [results.at(-1)!], ["loss"]);

  const perStep = ["scale", "rate", ...(problem.decays ? ["keep"] : [])];
  const inputs = [
    valueInfo("turns", "int64", []),
    valueInfo("unscale", "float", []),
    ...perStep.map((name) => valueInfo(name, "float", ["steps"])),
    ...Object.entries(problem.batches).map(([name, { shape }]) => valueInfo(name, "float", ["steps", ...shape])),
    ...state.flatMap((tensor) => stateInfo(tensor, "")),
  ];
  const outputs = [valueInfo("loss", "float", ["turns"]), ...trained.flatMap((tensor) => stateInfo(tensor, "out/"))];
  return { model: modelBytes(outer.finish("training", inputs, outputs)), state };
}

const carriedNames = (name: string): AdamNames => ({ parameter: name, momentum: `${name}/m`, variance: `${name}/v` });

function stateInfo({ name, shape, trained }: StateTensor, prefix: string) {
  const { parameter, momentum, variance } = carriedNames(prefix + name);
  return (trained ? [parameter, momentum, variance] : [parameter]).map((each) => valueInfo(each, "float", shape));
}

const isRow = (shape: Shape): boolean => shape.length === 2 && shape[0] === 1;

function arrange(parameters: TrainingProblem["parameters"]): StateTensor[] {
  const entries = Object.entries(parameters);
  const isPacked = ([, { leaf: x, rate }]: (typeof entries)[number]) => isRow(x.shape) && rate !== 0;
  const rows = entries.filter(isPacked);
  const alone = entries
    .filter((entry) => !isPacked(entry))
    .map(([name, { leaf: x, rate }]) => ({ name, shape: x.shape, members: [name], trained: rate !== 0 }));
  if (rows.length === 0) return alone;
  const size = rows.reduce((total, [, { leaf: x }]) => total + sizeOf(x.shape), 0);
  return [...alone, { name: "rows", shape: [1, size], members: rows.map(([name]) => name), trained: true }];
}

function writeBody(body: GraphWriter, problem: TrainingProblem, state: readonly StateTensor[], stepsPerTurn: number) {
  const trained = state.filter((tensor) => tensor.trained);
  const scale = leaf([]);
  const variables = trained.flatMap(({ members }) => members.map((name) => problem.parameters[name]!.leaf));
  const gradients = differentiate(problem.loss, variables, scale).map(withoutDenormals);
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
  const next = trained.flatMap(({ name }) => Object.values(current.get(name)!) as string[]);
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
  const rate = pick("rate");
  const keep = problem.decays ? pick("keep") : undefined;
  const next = new Map(current);
  for (const tensor of state.filter(({ trained }) => trained)) {
    const parts = tensor.members.map((name) => gradientOf.get(problem.parameters[name]!.leaf)!);
    const gradient = parts.length === 1 ? parts[0]! : body.node("Concat", parts, { axis: 1 });
    const ownRate = scaledRate(body, problem, tensor, rate);
    const ownKeep = isRow(tensor.shape) ? undefined : keep;
    next.set(tensor.name, emitAdamStep(body, current.get(tensor.name)!, gradient, ownRate, ownKeep));
  }
  return { loss, next };
}

/** A loop's state has names of its own in the body; what is frozen is seen from outside. */
const inBody = (name: string): string => `body/${name}`;

function nameParameters(
  body: GraphWriter,
  { parameters }: TrainingProblem,
  { members }: StateTensor,
  source: string,
  names: Map<Expression, string>,
): void {
  const leaves = members.map((member) => parameters[member]!.leaf);
  if (leaves.length === 1) {
    names.set(leaves[0]!, source);
    return;
  }
  const sizes = body.int64(leaves.map((x) => x.shape[1]!));
  const parts = body.nodes("Split", [source, sizes], leaves.length, { axis: 1 });
  leaves.forEach((x, i) => {
    names.set(x, parts[i]!);
  });
}

function scaledRate(body: GraphWriter, problem: TrainingProblem, { members }: StateTensor, rate: string): string {
  const parameters = members.map((name) => problem.parameters[name]!);
  const rates = parameters.map((parameter) => parameter.rate);
  if (rates.every((r) => r === rates[0]))
    return rates[0] === 1 ? rate : body.node("Mul", [rate, body.float([rates[0]!])]);
  const each = parameters.flatMap((parameter) => new Array<number>(sizeOf(parameter.leaf.shape)).fill(parameter.rate));
  return body.node("Mul", [rate, body.float(each, [1, each.length])]);
}

/**
 * The moments of weights behind dead units decay into denormal numbers, on which a processor is a hundred times slower
 * (measured: 264 → 1,401 ms an epoch). A constant far below any gradient that matters keeps them away; in a matrix product
 * it costs nothing.
 */
function withoutDenormals(gradient: Expression): Expression {
  const tiny = constant(1e-16);
  if (!isProduct(gradient) || gradient.inputs.length > 2) return add(gradient, tiny);
  return affine(...gradient.factors, tiny, gradient.options);
}
