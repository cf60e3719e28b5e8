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
  /** Whether matrices (not vectors) shrink by the fed factors `keep`. */
  readonly decays: boolean;
}

/**
 * Vectors are kept in one tensor, so that one pass of Adam does for all biases. Matrices have one each.
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
 * Feeds beside batches and state: `steps` (int64 scalar); float32 [steps] `scale` (gradientScale), `rate` (stepRate), and with
 * decay `keep`; `unscale` (scalar, 1 / last scale). Output beside the state: `loss` [steps].
 */
export function trainingLoop(problem: TrainingProblem): TrainingLoop {
  const state = arrange(problem.parameters);
  const trained = state.filter((tensor) => tensor.trained);
  const outer = createGraphWriter();
  const body = writeBody(outer.subgraph(), problem, state);

  const started = trained.flatMap(({ name }) => {
    const { parameter, momentum, variance } = emitAdamStart(outer, carriedNames(name));
    return [parameter, momentum, variance];
  });
  const always = "";
  const results = outer.nodes("Loop", ["steps", always, ...started], started.length + 1, { body });
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
    valueInfo("steps", "int64", []),
    valueInfo("unscale", "float", []),
    ...perStep.map((name) => valueInfo(name, "float", ["steps"])),
    ...Object.entries(problem.batches).map(([name, { shape }]) => valueInfo(name, "float", ["steps", ...shape])),
    ...state.flatMap((tensor) => stateInfo(tensor, "")),
  ];
  const outputs = [valueInfo("loss", "float", ["steps"]), ...trained.flatMap((tensor) => stateInfo(tensor, "out/"))];
  return { model: modelBytes(outer.finish("training", inputs, outputs)), state };
}

const carriedNames = (name: string): AdamNames => ({ parameter: name, momentum: `${name}/m`, variance: `${name}/v` });

function stateInfo({ name, shape, trained }: StateTensor, prefix: string) {
  const { parameter, momentum, variance } = carriedNames(prefix + name);
  return (trained ? [parameter, momentum, variance] : [parameter]).map((each) => valueInfo(each, "float", shape));
}

function arrange(parameters: TrainingProblem["parameters"]): StateTensor[] {
  const entries = Object.entries(parameters);
  const isPacked = ([, { leaf: x, rate }]: (typeof entries)[number]) => x.shape.length === 1 && rate !== 0;
  const vectors = entries.filter(isPacked);
  const alone = entries
    .filter((entry) => !isPacked(entry))
    .map(([name, { leaf: x, rate }]) => ({ name, shape: x.shape, members: [name], trained: rate !== 0 }));
  if (vectors.length === 0) return alone;
  const size = vectors.reduce((total, [, { leaf: x }]) => total + sizeOf(x.shape), 0);
  return [...alone, { name: "vectors", shape: [size], members: vectors.map(([name]) => name), trained: true }];
}

function writeBody(body: GraphWriter, problem: TrainingProblem, state: readonly StateTensor[]) {
  const trained = state.filter((tensor) => tensor.trained);
  const names = new Map<Expression, string>();
  const pick = (source: string) => body.node("Gather", [source, "iteration"], { axis: 0 });
  for (const [name, expression] of Object.entries(problem.batches)) names.set(expression, pick(name));
  for (const tensor of state) nameParameters(body, problem, tensor, names);

  const scale = leaf([]);
  names.set(scale, pick("scale"));
  const variables = trained.flatMap(({ members }) => members.map((name) => problem.parameters[name]!.leaf));
  const gradients = differentiate(problem.loss, variables, scale).map(withoutDenormals);
  const [reported, ...written] = emit(body, [problem.report ?? problem.loss, ...gradients], names) as [
    string,
    ...string[],
  ];
  const gradientOf = new Map(variables.map((variable, i) => [variable, written[i]!]));

  const rate = pick("rate");
  const keep = problem.decays ? pick("keep") : undefined;
  const next = trained.flatMap((tensor) => {
    const parts = tensor.members.map((name) => gradientOf.get(problem.parameters[name]!.leaf)!);
    const gradient = parts.length === 1 ? parts[0]! : body.node("Concat", parts, { axis: 0 });
    const old = carriedNames(inBody(tensor.name));
    const isMatrix = tensor.shape.length > 1;
    const step = emitAdamStep(
      body,
      old,
      gradient,
      scaledRate(body, problem, tensor, rate),
      isMatrix ? keep : undefined,
    );
    return [step.parameter, step.momentum, step.variance];
  });

  body.named("Identity", ["continue"], ["continued"]);
  body.named("Identity", [reported], ["step-loss"]);
  const carried = trained.flatMap((tensor) => stateInfo({ ...tensor, name: inBody(tensor.name) }, ""));
  const output = trained.flatMap(({ shape }, i) => [0, 1, 2].map((k) => valueInfo(next[3 * i + k]!, "float", shape)));
  return body.finish(
    "step",
    [valueInfo("iteration", "int64", []), valueInfo("continue", "bool", []), ...carried],
    [valueInfo("continued", "bool", []), ...output, valueInfo("step-loss", "float", [])],
  );
}

/** A loop's state has names of its own in the body; what is frozen is seen from outside. */
const inBody = (name: string): string => `body/${name}`;

function nameParameters(
  body: GraphWriter,
  { parameters }: TrainingProblem,
  { name, members, trained }: StateTensor,
  names: Map<Expression, string>,
): void {
  const source = trained ? inBody(name) : name;
  const leaves = members.map((member) => parameters[member]!.leaf);
  if (leaves.length === 1) {
    names.set(leaves[0]!, source);
    return;
  }
  const sizes = body.int64(leaves.map((x) => x.shape[0]!));
  const parts = body.nodes("Split", [source, sizes], leaves.length, { axis: 0 });
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
  return body.node("Mul", [rate, body.float(each)]);
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
