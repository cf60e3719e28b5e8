/**
 * One kernel type on one platform: configs → milliseconds. Trained on measured rows; a share of them is held out of a
 * first training, which tells the error and the spread, then the predictor is trained on all of them.
 */
import {
  accuracyOf,
  type ComputeBackend,
  createRandom,
  invariant,
  LitepredError,
  leaveOutFolds,
} from "../base/index.js";
import {
  createUserKernelType,
  elementsInAll,
  extractFeatures,
  featureNames,
  type KernelConfig,
  type KernelType,
  kernelTypeOf,
} from "../kernels/index.js";
import { createLearner, loadModel, type Matrix, type TrainedModel } from "../learning/index.js";
import { blendKernelPredictors } from "./blend.js";
import { fieldRanges, outOfRangeReason, tooSmallReason } from "./range.js";
import { type RecipeName, recipes } from "./recipes.js";
import { applyRoofline, fitRoofline } from "./roofline.js";
import type { KernelPredictorState, UserTypeDefinition } from "./state.js";
import type { KernelPredictor } from "./types.js";

export interface KernelTrainingSet {
  readonly type: string;
  /** Where the catalogue lacks the type. */
  readonly userType?: UserTypeDefinition | undefined;
  readonly configs: readonly KernelConfig[];
  /** Milliseconds, > 0. */
  readonly latenciesMs: ArrayLike<number>;
}

export interface KernelTrainingOptions {
  readonly recipe: RecipeName;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  onProgress?(share: number): void;
}

/** Small sets are cheap to fit: every row is held out once, in this many folds. Larger ones hold out one fold. Choice. */
const folds = 5;
const rowsForOneFold = 100;
/** Share of the work that goes into the held-out estimate, for the progress only. */
const estimateShare = 0.45;

/** @param backend undefined: the recipe needs none. @throws LitepredError `no-data` for fewer than 3 rows, `interrupted`. */
export async function trainKernelPredictor(
  backend: ComputeBackend | undefined,
  set: KernelTrainingSet,
  options: KernelTrainingOptions,
): Promise<KernelPredictor> {
  const rows = set.configs.length;
  if (rows < 3)
    throw new LitepredError(
      "no-data",
      `kernel type "${set.type}" has ${rows} measured configs`,
      "profile more of them",
    );
  const { predicted, measured, last } = await heldOutPredictions(backend, set, options);
  const full = await fit(
    backend,
    set,
    options,
    (share) => options.onProgress?.(estimateShare + share * (1 - estimateShare)),
    last,
  );
  const state: KernelPredictorState = {
    ...describeFit(set, full),
    samples: rows,
    heldOut: accuracyOf(predicted, measured),
  };
  return assemble(state, full);
}

/**
 * A predictor that stands by itself, fitted to what another one says: `latenciesMs` are its predictions. Errors and spread
 * are those of the other one, measured on rows that it had not seen.
 */
export async function distilKernelPredictor(
  backend: ComputeBackend | undefined,
  set: KernelTrainingSet,
  known: Pick<KernelPredictorState, "samples" | "heldOut">,
  options: KernelTrainingOptions,
): Promise<KernelPredictor> {
  const fitted = await fit(backend, set, options, (share) => options.onProgress?.(share));
  return assemble({ ...describeFit(set, fitted), ...known }, fitted);
}

function describeFit(set: KernelTrainingSet, fitted: Fit) {
  const elements = set.configs.map((config) => elementsInAll(fitted.row, config));
  return {
    type: set.type,
    recipe: fitted.recipe,
    ranges: fieldRanges(set.configs),
    leastElements: elements.reduce((a, b) => Math.min(a, b)),
    mostElements: elements.reduce((a, b) => Math.max(a, b)),
    targetRange: fitted.targetRange,
    featureNames: fitted.names,
    userType: set.userType,
    roofline: fitted.roofline && [...fitted.roofline],
    models: fitted.models.map((model) => model.toState()),
  };
}

/** Predictions of rows by fits that have not seen them, beside what was measured. */
async function heldOutPredictions(
  backend: ComputeBackend | undefined,
  set: KernelTrainingSet,
  options: KernelTrainingOptions,
) {
  const rows = set.configs.length;
  const order = createRandom(`${options.seed}/${set.type}/held-out`).shuffle(set.configs.map((_, i) => i));
  const rounds = rows < rowsForOneFold ? Math.min(folds, rows) : 1;
  const predicted: number[] = [];
  const measured: number[] = [];
  let last: Fit | undefined;
  const turns = leaveOutFolds(order, Math.min(folds, rows)).slice(0, rounds);
  for (const [turn, { kept, left }] of turns.entries()) {
    const test = pick(set, left);
    const fitted = await fit(backend, pick(set, kept), options, (share) =>
      options.onProgress?.((estimateShare * (turn + share)) / rounds),
    );
    predicted.push(...(await predictWith(fitted, test.configs)));
    measured.push(...Array.from(test.latenciesMs));
    for (const model of fitted.models) await model.release();
    last = fitted;
  }
  return { predicted, measured, last };
}

/** @throws LitepredError `corrupt-artefact` when the state was made for features that this program does not compute. */
export async function loadKernelPredictor(
  state: KernelPredictorState,
  backend?: ComputeBackend,
): Promise<KernelPredictor> {
  const { blended, ...own } = state;
  if (blended !== undefined) {
    const others = await Promise.all(blended.map((other) => loadKernelPredictor(other, backend)));
    return blendKernelPredictors(await loadKernelPredictor(own, backend), others);
  }
  const row = rowOf(state);
  const known = new Set(featureNames(row, recipes[state.recipe].features));
  if (!state.featureNames.every((name) => known.has(name)))
    throw new LitepredError(
      "corrupt-artefact",
      `the predictor of "${state.type}" was trained on other features than this version computes`,
      "train it again with this version",
    );
  const models = await Promise.all(state.models.map((model) => loadModel(model, backend)));
  return assemble(state, {
    recipe: state.recipe,
    targetRange: state.targetRange,
    models,
    row,
    names: state.featureNames,
    roofline: state.roofline && Float64Array.from(state.roofline),
  });
}

/** How far beyond the training targets a prediction may go, in ln units. Choice: logarithms extrapolate to nonsense fast. */
const extrapolation = Math.log(1.5);

interface Fit {
  readonly recipe: RecipeName;
  readonly targetRange: readonly [number, number];
  readonly models: readonly TrainedModel[];
  readonly row: KernelType;
  /** Of the features, in the order of the columns. */
  readonly names: readonly string[];
  readonly roofline: Float64Array | undefined;
}

const rowOf = ({ type, userType }: Pick<KernelTrainingSet, "type" | "userType">): KernelType =>
  userType === undefined ? kernelTypeOf(type) : createUserKernelType(type, userType.fields, userType);

async function fit(
  backend: ComputeBackend | undefined,
  set: KernelTrainingSet,
  options: KernelTrainingOptions,
  onProgress: (share: number) => void,
  /** On most of the rows: where its learners can, they go on from there. */
  before?: Fit,
): Promise<Fit> {
  const recipe = recipes[options.recipe];
  const row = rowOf(set);
  const roofline = recipe.rooflineResidual ? fitRoofline(row, set.configs, set.latenciesMs) : undefined;
  const base = roofline ? applyRoofline(roofline, row, set.configs) : undefined;
  const columns = featureNames(row, recipe.features);
  const x = features({ row, names: columns, recipe: options.recipe }, set.configs);
  const y = Float64Array.from(set.latenciesMs, (latency, i) => latency / (base?.[i] ?? 1));
  const names = recipe.learners(set.configs.length);
  const models: TrainedModel[] = [];
  for (const [i, name] of names.entries()) {
    const learner = await createLearner(name, backend);
    const { seed, signal } = options;
    models.push(
      await learner.train(
        { x, y },
        {
          seed,
          signal,
          start: name === "gaussian-process" ? before?.models[i]?.toState() : undefined,
          // The published net has a relative loss of its own.
          ...(name === "mlp16" ? {} : { target: "log" as const }),
          onProgress: ({ epoch, epochs }) => onProgress((i + epoch / epochs) / names.length),
        },
      ),
    );
  }
  const logs = y.map(Math.log);
  const targetRange = [logs.reduce((a, b) => Math.min(a, b)), logs.reduce((a, b) => Math.max(a, b))] as const;
  return { recipe: options.recipe, targetRange, models, row, names: columns, roofline };
}

async function predictWith(fitted: Fit, configs: readonly KernelConfig[]): Promise<Float64Array> {
  if (configs.length === 0) return new Float64Array(0);
  const x = features(fitted, configs);
  const log = new Float64Array(configs.length);
  const [low, high] = [fitted.targetRange[0] - extrapolation, fitted.targetRange[1] + extrapolation];
  for (const model of fitted.models) {
    const predicted = await model.predict(x);
    for (let i = 0; i < log.length; i++) {
      const bounded = Math.min(high, Math.max(low, Math.log(Math.max(predicted[i]!, 1e-300))));
      log[i]! += bounded / fitted.models.length;
    }
  }
  const base = fitted.roofline ? applyRoofline(fitted.roofline, fitted.row, configs) : undefined;
  return log.map((value, i) => Math.exp(value) * (base?.[i] ?? 1));
}

function features(
  { row, names, recipe }: Pick<Fit, "row" | "names" | "recipe">,
  configs: readonly KernelConfig[],
): Matrix {
  return {
    rows: configs.length,
    columns: names.length,
    values: extractFeatures(row, configs, recipes[recipe].features, names),
  };
}

function assemble(state: KernelPredictorState, fitted: Fit): KernelPredictor {
  invariant(fitted.models.length > 0, "a predictor without models");
  return {
    type: state.type,
    recipe: state.recipe,
    samples: state.samples,
    heldOut: state.heldOut,
    predict: (configs) => predictWith(fitted, configs),
    outOfRange(config) {
      const elements = elementsInAll(fitted.row, config);
      const sizes = { elements, most: state.mostElements };
      return outOfRangeReason(state.ranges, config, fitted.row, sizes) ?? tooSmallReason(state.leastElements, elements);
    },
    toState: () => state,
    async release() {
      for (const model of fitted.models) await model.release();
    },
  };
}

function pick(set: KernelTrainingSet, rows: readonly number[]): KernelTrainingSet {
  return {
    ...set,
    configs: rows.map((row) => set.configs[row]!),
    latenciesMs: rows.map((row) => set.latenciesMs[row]!),
  };
}
