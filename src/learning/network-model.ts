/** A trained network, or the mean of several: prediction, and its state. */
import { type ComputeBackend, type ComputeSession, LitepredError } from "../base/index.js";
import type { JsonValue, LearnerState, Matrix, StateArray, TrainedModel } from "./learner.js";
import type { Activation, LayerSpec, NetworkRecipe } from "./network.js";
import { biasName, weightName } from "./network-expression.js";
import { createForwardSession, forwardPlain } from "./network-forward.js";
import { requireColumns, type Standardisation, standardise } from "./standardise.js";
import type { ParameterValues } from "./trainer.js";

export interface NetworkContent {
  readonly layers: readonly LayerSpec[];
  readonly target: NetworkRecipe["target"];
  readonly columns: Standardisation;
  /** Of the (logarithm of the) target. */
  readonly scale: Standardisation;
  readonly members: readonly ParameterValues[];
}

/**
 * Weights × rows up to which plain code answers although a backend is there: a call of the engine costs about 50 µs, in which
 * plain code does as many multiplications.
 */
const PLAIN_WORK = 50_000;

/** Without a backend everything is computed in plain code: no engine is loaded, and 100 rows take about 10 ms. */
export function createNetworkModel(content: NetworkContent, backend?: ComputeBackend): TrainedModel {
  const { layers, columns, scale, members } = content;
  const inputs = columns.mean.length;
  const size = members.reduce((total, member) => total + parameterCount(member), 0);
  let session: Promise<ComputeSession> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const byEngine = async (x: Float32Array, rows: number, engine: ComputeBackend): Promise<Float32Array> => {
    session ??= createForwardSession(engine, inputs, layers, members);
    const ready = await session;
    const { y } = await ready.run({ x: { shape: [rows, inputs], values: x } });
    return y!.values as Float32Array;
  };
  return {
    inputs,
    async predict(x: Matrix) {
      requireColumns(x, inputs);
      if (x.rows === 0) return new Float64Array(0);
      const rows = Float32Array.from(standardise(x, columns));
      if (backend === undefined || size * x.rows <= PLAIN_WORK)
        return inUnit(content, meanForward(content, rows, x.rows));
      // A session takes one run at a time.
      const answer = last.then(() => byEngine(rows, x.rows, backend));
      last = answer.catch(() => {});
      return inUnit(content, await answer);
    },
    toState: () => networkState(content),
    async release() {
      const open = session;
      session = undefined;
      await (await open)?.release();
    },
  };

  function inUnit({ target }: NetworkContent, y: Float32Array): Float64Array {
    return Float64Array.from(y, (value) => {
      const learned = scale.mean[0]! + scale.deviation[0]! * value;
      return target === "log" ? Math.exp(learned) : learned;
    });
  }
}

function meanForward({ layers, members }: NetworkContent, x: Float32Array, rows: number): Float32Array {
  const [first, ...others] = members.map((member) => forwardPlain(x, rows, layers, member));
  for (const other of others) for (let i = 0; i < rows; i++) first![i] = first![i]! + other[i]!;
  return others.length === 0 ? first! : first!.map((value) => value / members.length);
}

const parameterCount = (member: ParameterValues): number =>
  Object.values(member).reduce((total, values) => total + values.length, 0);

function networkState({ layers, target, columns, scale, members }: NetworkContent): LearnerState {
  const arrays: Record<string, StateArray> = {
    "input.mean": vector(columns.mean),
    "input.deviation": vector(columns.deviation),
    "target.mean": vector(scale.mean),
    "target.deviation": vector(scale.deviation),
  };
  members.forEach((values, m) => {
    for (const { name, shape } of parameterShapes(layers, columns.mean.length))
      arrays[`member${m}.${name}`] = { shape, values: values[name]! };
  });
  const plain = layers.map((layer) => ({ ...layer }) as unknown as JsonValue);
  return { learner: "network", version: 1, settings: { target, members: members.length, layers: plain }, arrays };
}

const vector = (values: Float64Array): StateArray => ({ shape: [values.length], values });

export function parameterShapes(layers: readonly LayerSpec[], inputs: number, prefix = "layer") {
  let units = inputs;
  return layers.flatMap((layer, i) => {
    const before = units;
    units = layer.units;
    return [
      { name: weightName(prefix, i), shape: [before, units] },
      { name: biasName(prefix, i), shape: [units] },
    ];
  });
}

/** @throws LitepredError "corrupt-artefact" when something is missing, of the wrong size, or not finite. */
export function readNetworkState(state: LearnerState): NetworkContent {
  const { target, members, layers } = state.settings;
  if (state.learner !== "network" || (target !== "log" && target !== "raw") || !isLayers(layers))
    throw corrupt("its settings are not those of a network");
  if (typeof members !== "number" || !(members >= 1)) throw corrupt("it has no members");
  const array = (name: string, size?: number): StateArray["values"] => {
    const values = state.arrays[name]?.values;
    if (values === undefined) throw corrupt(`${name} is missing`);
    if (size !== undefined && values.length !== size) throw corrupt(`${name} has ${values.length} values, not ${size}`);
    if (!values.every(Number.isFinite)) throw corrupt(`${name} is not finite`);
    return values;
  };
  const inputs = array("input.mean").length;
  const standardisation = (name: string, size: number): Standardisation => ({
    mean: Float64Array.from(array(`${name}.mean`, size)),
    deviation: Float64Array.from(array(`${name}.deviation`, size)),
  });
  const read = (member: number): ParameterValues =>
    Object.fromEntries(
      parameterShapes(layers, inputs).map(({ name, shape }) => {
        const size = shape.reduce((product, length) => product * length, 1);
        return [name, Float32Array.from(array(`member${member}.${name}`, size))];
      }),
    );
  return {
    layers,
    target,
    columns: standardisation("input", inputs),
    scale: standardisation("target", 1),
    members: Array.from({ length: members }, (_, m) => read(m)),
  };
}

const activations: readonly string[] = ["identity", "relu", "leaky-relu", "sigmoid"] satisfies Activation[];

function isLayers(value: unknown): value is readonly LayerSpec[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((layer) => Number.isInteger(layer?.units) && layer.units > 0 && activations.includes(layer.activation))
  );
}

const corrupt = (reason: string) => new LitepredError("corrupt-artefact", `state of a network: ${reason}`);
