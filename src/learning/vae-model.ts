import { type ComputeBackend, LitepredError } from "../base/index.js";
import type { Matrix, StateArray } from "./learner.js";
import type { LayerSpec } from "./network.js";
import { createForward } from "./network-forward.js";
import { parameterShapes } from "./network-model.js";
import { requireColumns } from "./standardise.js";
import type { ParameterValues } from "./trainer.js";
import type { Vae, VaeState } from "./vae-types.js";

export interface VaeContent {
  readonly settings: VaeState["settings"];
  readonly parameters: ParameterValues;
}

export const ENCODER = "encoder";
export const DECODER = "decoder";

/** The encoder ends in mean and logarithm of the deviation side by side, the decoder in a sigmoid. */
export function vaeLayers({ inputs, layers, hidden, latent }: VaeState["settings"]) {
  const body = Array.from({ length: layers - 1 }, (): LayerSpec => ({ units: hidden, activation: "relu" }));
  const encoder: LayerSpec[] = [...body, { units: 2 * latent, activation: "identity" }];
  const decoder: LayerSpec[] = [...body, { units: inputs, activation: "sigmoid" }];
  return { encoder, decoder };
}

export function createVae({ settings, parameters }: VaeContent, backend?: ComputeBackend): Vae {
  const { inputs, latent } = settings;
  const { encoder, decoder } = vaeLayers(settings);
  const forwardEncoder = createForward(inputs, encoder, [parameters], backend, ENCODER);
  const forwardDecoder = createForward(latent, decoder, [parameters], backend, DECODER);
  return {
    inputs,
    latent,
    async encode(x) {
      requireColumns(x, inputs);
      const both = await forwardEncoder.apply(Float32Array.from(x.values), x.rows);
      const half = (offset: number, f: (value: number) => number): Matrix => ({
        rows: x.rows,
        columns: latent,
        values: Float32Array.from({ length: x.rows * latent }, (_, i) =>
          f(both[Math.floor(i / latent) * 2 * latent + offset + (i % latent)]!),
        ),
      });
      return { mean: half(0, (value) => value), deviation: half(latent, Math.exp) };
    },
    async decode(z) {
      requireColumns(z, latent);
      return { rows: z.rows, columns: inputs, values: await forwardDecoder.apply(Float32Array.from(z.values), z.rows) };
    },
    toState: () => ({ learner: "vae", version: 1, settings, arrays: stateArrays(settings, parameters) }),
    async release() {
      await forwardEncoder.release();
      await forwardDecoder.release();
    },
  };
}

function shapesOf(settings: VaeState["settings"]) {
  const { encoder, decoder } = vaeLayers(settings);
  return [...parameterShapes(encoder, settings.inputs, ENCODER), ...parameterShapes(decoder, settings.latent, DECODER)];
}

const stateArrays = (settings: VaeState["settings"], parameters: ParameterValues): Record<string, StateArray> =>
  Object.fromEntries(shapesOf(settings).map(({ name, shape }) => [name, { shape, values: parameters[name]! }]));

/** @throws LitepredError "corrupt-artefact" */
export function readVaeState({ learner, settings, arrays }: VaeState): VaeContent {
  const sizes = [settings?.inputs, settings?.layers, settings?.hidden, settings?.latent];
  if (learner !== "vae" || !sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 1e5))
    throw new LitepredError("corrupt-artefact", "state of a VAE: its settings are not those of a VAE");
  const parameters: Record<string, Float32Array> = {};
  for (const { name, shape } of shapesOf(settings)) {
    const values = arrays[name]?.values;
    const size = shape.reduce((product, length) => product * length, 1);
    if (values?.length !== size || !values.every(Number.isFinite))
      throw new LitepredError(
        "corrupt-artefact",
        `state of a VAE: ${name} is missing, of the wrong size or not finite`,
      );
    parameters[name] = Float32Array.from(values);
  }
  return { settings, parameters };
}
