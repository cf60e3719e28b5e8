/**
 * Meta-learning of regressions that share a form: Meta-SGD (Li et al. 2017: MAML with a learned rate for every parameter, gradients
 * through the inner steps) whose network also sees an embedding of the task, and whose head is modulated by it, as HELP (Lee et
 * al., NeurIPS 2021) has it. An episode of several tasks is one step of one training graph: inner gradients are expressions,
 * so that the outer gradient goes through them.
 */
import { type ComputeBackend, type ComputeSession, createRandom, type Random } from "../base/index.js";
import { chunkRows, inChunks, initialOf, leavesOf } from "./form-training.js";
import { reshape, slice } from "./graph/arrangement.js";
import { differentiate } from "./graph/differentiate.js";
import { add, mean, mul, square, sub } from "./graph/elementwise.js";
import { expressionModel } from "./graph/emit.js";
import { constant, type Expression, leaf, sizeOf } from "./graph/expression.js";
import type { TrainProgress } from "./learner.js";
import type { Expressions, NetworkForm, Samples } from "./network-form.js";
import { codeSize, encode, encoderShapes, modulate } from "./task-code.js";
import { createTrainer, type ParameterValues } from "./trainer.js";

export interface MetaTask {
  readonly embedding: ArrayLike<number>;
  readonly support: Samples & { readonly targets: ArrayLike<number> };
}

/** For training: what the adapted network is tested on. */
export interface MetaEpisodeTask extends MetaTask {
  readonly query: Samples & { readonly targets: ArrayLike<number> };
}

export interface MetaRecipe {
  readonly episodes: number;
  readonly tasks: number;
  readonly supportRows: number;
  readonly queryRows: number;
  readonly innerSteps: number;
  /** Start of each parameter's own learned rate. */
  readonly innerRate: number;
  readonly learningRate: number;
  /** How much the modulation by the embedding moves, and how much its divergence from a normal costs. */
  readonly modulation: number;
  readonly divergence: number;
  /** Episodes between two looks at the score. */
  readonly scoreEvery: number;
}

export interface MetaOptions extends MetaRecipe {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Draws an episode's tasks. */
  draw(random: Random): readonly MetaEpisodeTask[];
  /** How good the model is, on tasks of its own: the best state is kept. Higher is better. */
  score(model: MetaModel): Promise<number>;
  onProgress?(progress: TrainProgress): void;
}

export interface MetaModel {
  /** Adapts to a task by its support, and predicts samples. */
  predict(task: MetaTask, samples: Samples): Promise<Float64Array>;
}

export interface TrainedMetaModel extends MetaModel {
  readonly bestScore: number;
  readonly bestEpisode: number;
  release(): Promise<void>;
}

const rateName = (name: string) => `rate of ${name}`;

interface TaskLeaves {
  readonly inputs: Expressions;
  readonly targets: Expression;
  readonly embedding: Expression;
  readonly noise: Expression;
}

/** The parameters after the inner steps on a task's support. */
function adapt(form: NetworkForm, p: Expressions, task: TaskLeaves, recipe: MetaRecipe) {
  const code = encode(form, p, task.embedding, task.noise);
  const names = Object.keys(form.parameters);
  let current = modulate(
    form,
    Object.fromEntries(names.map((name) => [name, p[name]!])),
    code.value,
    recipe.modulation,
  );
  for (let step = 0; step < recipe.innerSteps; step++) {
    const loss = mean(square(sub(form.output(task.inputs, current, task.embedding), task.targets)));
    const before = current;
    const gradients = differentiate(
      loss,
      names.map((name) => before[name]!),
    );
    current = Object.fromEntries(
      names.map((name, i) => [name, sub(before[name]!, mul(p[rateName(name)]!, gradients[i]!))]),
    );
  }
  return { parameters: current, divergence: code.divergence };
}

/** One of `tasks` along the first axis. */
function part(x: Expression, task: number): Expression {
  return reshape(slice(x, 0, task, task + 1), x.shape.slice(1));
}

const parts = (all: Expressions, task: number): Expressions =>
  Object.fromEntries(Object.entries(all).map(([name, x]) => [name, part(x, task)]));

const prefixed = <T>(prefix: string, values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]));

function metaProblem(form: NetworkForm, recipe: MetaRecipe) {
  const { tasks, supportRows, queryRows } = recipe;
  const support = leavesOf(form.inputs, [tasks, supportRows]);
  const query = leavesOf(form.inputs, [tasks, queryRows]);
  const supportTargets = leaf([tasks, supportRows, 1]);
  const queryTargets = leaf([tasks, queryRows, 1]);
  const embedding = leaf([tasks, 1, form.embedding]);
  const noise = leaf([tasks, 1, codeSize(form)]);
  const p = metaParameters(form);
  let loss: Expression = constant(0);
  let report: Expression = constant(0);
  for (let t = 0; t < tasks; t++) {
    const task = {
      inputs: parts(support, t),
      targets: part(supportTargets, t),
      embedding: part(embedding, t),
      noise: part(noise, t),
    };
    const adapted = adapt(form, p, task, recipe);
    const predicted = form.output(parts(query, t), adapted.parameters, task.embedding);
    const error = mul(constant(1 / tasks), mean(square(sub(predicted, part(queryTargets, t)))));
    report = add(report, error);
    loss = add(loss, add(error, mul(constant(recipe.divergence), adapted.divergence)));
  }
  return {
    batches: {
      ...prefixed("support", support),
      ...prefixed("query", query),
      ...{ supportTargets, queryTargets, embedding, noise },
    },
    parameters: Object.fromEntries(Object.entries(p).map(([name, x]) => [name, { leaf: x, rate: 1 }])),
    loss,
    report,
    decays: false,
  };
}

/** Of the network, a rate for each, and the encoder's. */
function metaParameters(form: NetworkForm): Expressions {
  const rates = Object.fromEntries(Object.entries(form.parameters).map(([name, shape]) => [rateName(name), shape]));
  return leavesOf({ ...form.parameters, ...rates, ...encoderShapes(form) });
}

function initialMeta(form: NetworkForm, recipe: MetaRecipe, random: Random): Record<string, Float32Array> {
  const own = initialOf(form, random);
  const rates = Object.entries(own).map(([name, { length }]) => [
    rateName(name),
    new Float32Array(length).fill(recipe.innerRate),
  ]);
  const shapes = encoderShapes(form);
  const encoder = Object.entries(shapes).map(([name, shape]) => {
    const bound = 1 / Math.sqrt(shapes[name.replace(".bias", ".weight")]![0]!);
    return [name, Float32Array.from({ length: sizeOf(shape) }, () => bound * (2 * random.next() - 1))];
  });
  return { ...own, ...Object.fromEntries([...rates, ...encoder]) };
}

export async function trainMeta(
  backend: ComputeBackend,
  form: NetworkForm,
  options: MetaOptions,
): Promise<TrainedMetaModel> {
  const random = createRandom(options.seed);
  const trainer = await createTrainer(backend, metaProblem(form, options), initialMeta(form, options, random), options);
  const session = await adaptingSession(backend, form, options);
  let best: { score: number; episode: number; parameters: ParameterValues } | undefined;
  try {
    for (let episode = 0; episode < options.episodes; ) {
      const steps = Math.min(options.scoreEvery, options.episodes - episode);
      const batches = joinEpisodes(
        form,
        Array.from({ length: steps }, () => options.draw(random)),
        random,
      );
      const loss = await trainer.run(batches, new Float64Array(steps).fill(options.learningRate));
      episode += steps;
      const parameters = trainer.parameters();
      const score = await options.score(modelOf(form, session, parameters));
      if (best === undefined || score > best.score) best = { score, episode, parameters };
      options.onProgress?.({ epoch: episode, epochs: options.episodes, loss });
    }
  } finally {
    await trainer.release();
  }
  return {
    ...modelOf(form, session, best!.parameters),
    bestScore: best!.score,
    bestEpisode: best!.episode,
    release: () => session.release(),
  };
}

/** All tasks of all episodes after one another, as the training loop takes them. */
function joinEpisodes(
  form: NetworkForm,
  episodes: readonly (readonly MetaEpisodeTask[])[],
  random: Random,
): Record<string, Float32Array> {
  const tasks = episodes.flat();
  const joined = (pick: (task: MetaEpisodeTask) => ArrayLike<number>): Float32Array => {
    const all = tasks.map(pick);
    const out = new Float32Array(all.reduce((total, { length }) => total + length, 0));
    let at = 0;
    for (const values of all) {
      out.set(values, at);
      at += values.length;
    }
    return out;
  };
  const inputs = (side: "support" | "query") =>
    Object.keys(form.inputs).map((name) => [`${side}/${name}`, joined((task) => task[side].inputs[name]!)]);
  return {
    ...Object.fromEntries([...inputs("support"), ...inputs("query")]),
    supportTargets: joined((task) => task.support.targets),
    queryTargets: joined((task) => task.query.targets),
    embedding: joined((task) => task.embedding),
    noise: Float32Array.from({ length: tasks.length * codeSize(form) }, () => random.normal()),
  };
}

/** Adapts and predicts a chunk of samples in one run; parameters are fed, so that one session serves all states. */
async function adaptingSession(backend: ComputeBackend, form: NetworkForm, recipe: MetaRecipe) {
  const task = {
    inputs: leavesOf(form.inputs, [recipe.supportRows]),
    targets: leaf([recipe.supportRows, 1]),
    embedding: leaf([1, form.embedding]),
    noise: leaf([1, codeSize(form)]),
  };
  const p = metaParameters(form);
  const wanted = leavesOf(form.inputs, [chunkRows]);
  const { parameters } = adapt(form, p, task, recipe);
  const { targets, embedding, noise } = task;
  const inputs = { ...p, ...prefixed("support", task.inputs), ...wanted, targets, embedding, noise };
  const named = Object.fromEntries(Object.entries(inputs).map(([name, expression]) => [name, { expression }]));
  const prediction = form.output(wanted, parameters, embedding);
  return backend.createSession(expressionModel(named, { prediction }));
}

/** The code is its mean: no noise. */
function modelOf(form: NetworkForm, session: ComputeSession, parameters: ParameterValues): MetaModel {
  const shapes = Object.fromEntries(Object.entries(metaParameters(form)).map(([name, { shape }]) => [name, shape]));
  const state = Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, { shape: shapes[name]!, values }]),
  );
  return {
    predict({ embedding, support }, samples) {
      const { rows } = support;
      const own = Object.entries(form.inputs).map(([name, shape]) => [
        `support/${name}`,
        { shape: [rows, ...shape], values: support.inputs[name]! },
      ]);
      const feeds = {
        ...state,
        ...Object.fromEntries(own),
        targets: { shape: [rows, 1], values: Float32Array.from(support.targets) },
        embedding: { shape: [1, form.embedding], values: Float32Array.from(embedding) },
        noise: { shape: [1, codeSize(form)], values: new Float32Array(codeSize(form)) },
      };
      return inChunks(samples, form, async (chunk) => (await session.run({ ...feeds, ...chunk })).prediction!.values);
    },
  };
}
