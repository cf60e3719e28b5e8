/** A trained network, or the mean of several: prediction, and its state. */
import { type ComputeBackend, LitepredError } from "../base/index.js";
import type { JsonValue, LearnerState, Matrix, StateArray, TrainedModel } from "./learner.js";
import type { Activation, LayerSpec, NetworkRecipe } from "./network.js";
import { biasName, weightName } from "./network-expression.js";
import { createForward } from "./network-forward.js";
import { type Standardisation, standardise } from "./standardise.js";
import type { ParameterValues } from "./trainer.js";

export interface NetworkContent {
  readonly layers: readonly LayerSpec[];
  readonly target: NetworkRecipe["target"];
  readonly columns: Standardisation;
  /** Of the (logarithm of the) target. */
  readonly scale: Standardisation;
  readonly members: readonly ParameterValues[];
}

/** Without a backend everything is computed in plain code. */
export function createNetworkModel(content: NetworkContent, backend?: ComputeBackend): TrainedModel {
  const { layers, columns, scale, target, members } = content;
  const inputs = columns.mean.length;
  const forward = createForward(inputs, layers, members, backend);
  return {
    inputs,
    async predict(x: Matrix) {
      const y = await forward.apply(Float32Array.from(standardise(x, columns)), x.rows);
      return Float64Array.from(y, (value) => {
        const learned = scale.mean[0]! + scale.deviation[0]! * value;
        return target === "log" ? Math.exp(learned) : learned;
      });
    },
    toState: () => networkState(content),
    release: () => forward.release(),
  };
}

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
